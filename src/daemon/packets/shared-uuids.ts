/** Tells once of a mainboard's UUID (SMBIOS) that machines of two nodes have: makers give one to a whole series. */
import type { BootEntry } from '../../boot/decision.ts';
import type { DhcpNotice } from '../../dhcp/notice.ts';
import type { Mac } from '../../net/mac.ts';
import { createRecentMap } from '../../net/recent-map.ts';
import { swapped, uuidText } from '../../net/smbios-uuid.ts';

export type SharedUuids = {
  /**
   * That machine has the UUID, as its BMC or its firmware says: 32 hex digits in either byte order. Strangers are not
   * compared, for nobody knows which of their NICs are of one machine.
   */
  seen(mac: Mac, hex: string): void;
};

type Node = Pick<BootEntry, 'nodeUuid' | 'nodeName'>;

const MOST_UUIDS = 20_000;

export function createSharedUuids(parts: {
  /** Null: no node has that MAC. */
  readonly nodeOf: (mac: Mac) => Node | null;
  readonly onNotice: (notice: DhcpNotice) => void;
}): SharedUuids {
  const { nodeOf, onNotice } = parts;
  const firstWith = createRecentMap<string, Mac>(MOST_UUIDS);
  const told = createRecentMap<string, true>(MOST_UUIDS);
  return {
    seen: (mac, hex) => {
      const node = nodeOf(mac);
      const uuid = node === null ? null : uuidText(hex);
      if (node === null || uuid === null) return;
      const other = swapped(hex);
      const key = hex < other ? hex : other;
      const first = firstWith.get(key);
      const before = first === undefined ? null : nodeOf(first);
      if (first === undefined || before === null) {
        firstWith.set(key, mac);
        return;
      }
      if (before.nodeUuid === node.nodeUuid || told.get(key) === true) return;
      told.set(key, true);
      onNotice(sharedNotice(uuid, [first, before], [mac, node]));
    },
  };
}

type Known = readonly [Mac, Node];

function sharedNotice(uuid: string, [mac, node]: Known, [otherMac, otherNode]: Known): DhcpNotice {
  const sentence =
    `${mac} (${node.nodeName}) and ${otherMac} (${otherNode.nodeName}) have the same UUID, ${uuid}: their maker gave it to ` +
    'more than one board, or a board was moved. ingot tells machines apart by MAC addresses, so both boot; only firmware that ' +
    'tells its UUID in place of its MAC gets no answer there. If the maker has a tool for it, give one of them another.';
  const data = { uuid, mac, other_mac: otherMac };
  return { kind: 'dhcp.shared_uuid', severity: 'warning', network: null, sentence, data };
}
