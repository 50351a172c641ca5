/**
 * Ties facts from the wire to nodes: by MAC where the fact has one, else by whose address it is
 * (`address-owners.ts`). Facts of machines that ingot does not know are counted and go to the list of discovered
 * machines.
 */
import type { RelayPlace } from '../../dhcp/facts.ts';
import type { Ipv4 } from '../../net/ipv4.ts';
import type { Mac } from '../../net/mac.ts';
import { createRecentMap } from '../../net/recent-map.ts';
import type { NewEvent } from '../../store/records/event.ts';
import type { Fact } from '../packets/packet-protocol.ts';
import { createAddressOwners } from './address-owners.ts';

/** MACs remembered at most; the oldest is forgotten first. */
const MOST_MACS = 100_000;

export type FactSorter = {
  /** The events to store, in order. */
  sort(facts: readonly Fact[]): readonly NewEvent[];
  /** That the machine of a node has the address, by a lease of before the start; what facts told goes first. */
  learn(mac: Mac, address: Ipv4): void;
  /** The machine that has the address, as far as facts and `learn` have told since the start. */
  macOf(address: Ipv4): Mac | null;
  /**
   * Whether the machine of a node may be at its firmware's HTTP boot: when it last asked DHCP it said so, or it has not
   * asked since our start, which may lie between its question and its download.
   */
  bootsByHttp(mac: Mac): boolean;
  /** Facts so far that belong to no node. */
  unknown(): number;
};

export type FactSinks = {
  nodeOfMac(mac: Mac): string | null;
  /** A fact of a machine that belongs to no node. */
  onStranger(fact: Fact, mac: Mac): void;
  /** A relay told where a node's NIC is plugged in. */
  onPlace(mac: Mac, relay: RelayPlace): void;
};

export function createFactSorter({ nodeOfMac, onStranger, onPlace }: FactSinks): FactSorter {
  const owners = createAddressOwners();
  const byHttp = createRecentMap<Mac, boolean>(MOST_MACS);
  let unknown = 0;

  const noteFirmware = ({ kind, ...said }: Fact, mac: Mac): void => {
    // iPXE, the ramdisk and systems ask DHCP anew.
    if (kind.startsWith('dhcp.')) byHttp.set(mac, said.byHttp === true);
  };

  const machineOf = (fact: Fact): Mac | null => {
    owners.note(fact);
    return fact.mac ?? (fact.address === null ? null : owners.macOf(fact.address));
  };

  return {
    learn: (mac, address) => {
      if (nodeOfMac(mac) !== null) owners.learn(mac, address);
    },
    macOf: owners.macOf,
    bootsByHttp: (mac) => nodeOfMac(mac) !== null && (byHttp.get(mac) ?? true),
    unknown: () => unknown,
    sort: (facts) =>
      facts.flatMap((fact): readonly NewEvent[] => {
        const mac = machineOf(fact);
        const node = mac === null ? null : nodeOfMac(mac);
        if (node === null) {
          unknown++;
          if (mac !== null) onStranger(fact, mac);
          return [];
        }
        if (mac !== null) noteFirmware(fact, mac);
        if (mac !== null && fact.relay !== undefined) onPlace(mac, fact.relay);
        return [
          {
            node_uuid: node,
            kind: fact.kind,
            severity: isTrouble(fact.kind) ? 'warning' : 'info',
            message: fact.sentence,
            data: { mac, address: fact.address, seen_at: new Date(fact.at).toISOString() },
          },
        ];
      }),
  };
}

const isTrouble = (kind: string): boolean => kind.endsWith('.failed') || kind === 'boot.loop';
