/** The packet thread's copy of what the main thread tells it of machines: what each boots, and what is kept for it. */
import type { BootEntry } from '../../boot/decision.ts';
import type { DhcpFact } from '../../dhcp/facts.ts';
import { createReservationTable, type ReservationTable } from '../../dhcp/leases/reservations.ts';
import type { DhcpNotice } from '../../dhcp/notice.ts';
import type { Mac } from '../../net/mac.ts';
import { uuidHex } from '../../net/smbios-uuid.ts';
import type { ToPacketThread } from './packet-protocol.ts';
import { createSharedUuids } from './shared-uuids.ts';
import { createUuidAliases, type UuidAliases } from './uuid-aliases.ts';

type Told<Type extends 'boot' | 'reservations'> = Pick<
  Extract<ToPacketThread, { type: Type }>,
  'entries' | 'removed'
>;

export type KnownMachines = {
  /** Null: no node has that MAC. */
  entryOf(mac: Mac): BootEntry | null;
  isKnown(mac: Mac): boolean;
  readonly macOfUuid: UuidAliases['macOf'];
  /** Nodes' machines, and those that an operator keeps addresses for. */
  readonly reservations: ReservationTable;
  /** What the firmware of a machine says. */
  heardUuid(fact: Pick<DhcpFact, 'mac' | 'uuid'>): void;
  takeBootTable(told: Told<'boot'>): void;
  takeReservations(told: Told<'reservations'>): void;
};

/** `onNotice`: of what the machines of two nodes should not share. */
export function createKnownMachines(onNotice: (notice: DhcpNotice) => void): KnownMachines {
  const boot = new Map<Mac, BootEntry>();
  const aliases = createUuidAliases();
  const reservations = createReservationTable();
  const uuids = createSharedUuids({ nodeOf: (mac) => boot.get(mac) ?? null, onNotice });
  return {
    entryOf: (mac) => boot.get(mac) ?? null,
    isKnown: (mac) => boot.has(mac),
    macOfUuid: aliases.macOf,
    reservations,
    heardUuid: ({ mac, uuid }) => {
      if (uuid !== null) uuids.seen(mac, uuid);
    },
    takeBootTable: ({ entries, removed }) => {
      for (const mac of removed) {
        boot.delete(mac);
        aliases.remove(mac);
        reservations.remove('node', mac);
      }
      for (const entry of entries) {
        boot.set(entry.mac, entry);
        aliases.set(entry);
        if (entry.systemUuid !== null) uuids.seen(entry.mac, uuidHex(entry.systemUuid));
        reservations.set('node', entry.mac, { addresses: [], hostname: entry.hostname });
      }
    },
    takeReservations: ({ entries, removed }) => {
      for (const mac of removed) reservations.remove('reservation', mac);
      for (const { mac, ...kept } of entries) reservations.set('reservation', mac, kept);
    },
  };
}
