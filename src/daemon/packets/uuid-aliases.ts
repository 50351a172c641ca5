/** Machines by the UUID of their mainboard (SMBIOS), for firmware that does not tell its MAC. */
import type { BootEntry } from '../../boot/decision.ts';
import type { Mac } from '../../net/mac.ts';
import { swapped, uuidHex } from '../../net/smbios-uuid.ts';

export type UuidAliases = {
  set(entry: Pick<BootEntry, 'mac' | 'nodeUuid' | 'systemUuid'>): void;
  remove(mac: Mac): void;
  /**
   * `uuid`: option 97 as it came: a type byte and the UUID, in either order of its first three parts. Null too for the
   * UUID of several nodes, as a board's maker copies it: each would be taken for the other, and given its boot.
   */
  macOf(uuid: Uint8Array): Mac | null;
};

type Nic = { readonly mac: Mac; readonly nodeUuid: string; readonly uuid: string };

export function createUuidAliases(): UuidAliases {
  /** Of each UUID the NICs in the order in which they were told: the first is the machine's. */
  const nics = new Map<string, readonly Nic[]>();
  const nicOf = new Map<Mac, Nic>();
  const remove = (mac: Mac): void => {
    const nic = nicOf.get(mac);
    if (nic === undefined) return;
    nicOf.delete(mac);
    const left = (nics.get(nic.uuid) ?? []).filter((one) => one !== nic);
    if (left.length === 0) nics.delete(nic.uuid);
    else nics.set(nic.uuid, left);
  };
  return {
    set: ({ mac, nodeUuid, systemUuid }) => {
      const nic = { mac, nodeUuid, uuid: uuidHex(systemUuid ?? '') };
      const before = nicOf.get(mac);
      if (before?.uuid === nic.uuid && before.nodeUuid === nodeUuid) return;
      remove(mac);
      if (!isMeant(nic.uuid)) return;
      nicOf.set(mac, nic);
      nics.set(nic.uuid, [...(nics.get(nic.uuid) ?? []), nic]);
    },
    remove,
    macOf: (option) => {
      if (option.length !== 17) return null;
      const hex = Buffer.from(option.subarray(1)).toString('hex');
      const [first, ...others] = [...(nics.get(hex) ?? []), ...(nics.get(swapped(hex)) ?? [])];
      if (first === undefined || others.some(({ nodeUuid }) => nodeUuid !== first.nodeUuid)) return null;
      return first.mac;
    },
  };
}

/** Boards without a UUID of their own say the same one byte over and over. */
function isMeant(uuid: string): boolean {
  return /^[0-9a-f]{32}$/.test(uuid) && !/^(..)\1{15}$/.test(uuid);
}
