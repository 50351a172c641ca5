/** Machines by the UUID of their mainboard (SMBIOS), for firmware that does not tell its MAC. */
import type { BootEntry } from '../boot/decision.ts';
import type { Mac } from '../net/mac.ts';
import { swapped, uuidHex } from '../net/smbios-uuid.ts';

export type UuidAliases = {
  set(entry: Pick<BootEntry, 'mac' | 'systemUuid'>): void;
  remove(mac: Mac): void;
  /** `uuid`: option 97 as it came: a type byte and the UUID, in either order of its first three parts. */
  macOf(uuid: Uint8Array): Mac | null;
};

export function createUuidAliases(): UuidAliases {
  /** Of each UUID the NICs in the order in which they were told: the first is the machine's. */
  const macs = new Map<string, readonly Mac[]>();
  const uuidOf = new Map<Mac, string>();
  const remove = (mac: Mac): void => {
    const uuid = uuidOf.get(mac);
    if (uuid === undefined) return;
    uuidOf.delete(mac);
    const left = (macs.get(uuid) ?? []).filter((one) => one !== mac);
    if (left.length === 0) macs.delete(uuid);
    else macs.set(uuid, left);
  };
  return {
    set: ({ mac, systemUuid }) => {
      const uuid = uuidHex(systemUuid ?? '');
      if (uuidOf.get(mac) === uuid) return;
      remove(mac);
      if (!isMeant(uuid)) return;
      uuidOf.set(mac, uuid);
      macs.set(uuid, [...(macs.get(uuid) ?? []), mac]);
    },
    remove,
    macOf: (option) => {
      if (option.length !== 17) return null;
      const hex = Buffer.from(option.subarray(1)).toString('hex');
      return (macs.get(hex) ?? macs.get(swapped(hex)))?.[0] ?? null;
    },
  };
}

/** Boards without a UUID of their own say the same one byte over and over. */
function isMeant(uuid: string): boolean {
  return /^[0-9a-f]{32}$/.test(uuid) && !/^(..)\1{15}$/.test(uuid);
}
