/**
 * Whose address is whose, by what facts told since the start. Most facts name an address that somebody only asked for,
 * or was refused: those say nothing of who has it.
 */
import type { Ipv4 } from '../../net/ipv4.ts';
import type { Mac } from '../../net/mac.ts';
import { createRecentMap } from '../../net/recent-map.ts';
import type { Fact } from '../packets/packet-protocol.ts';

/** Addresses remembered at most, of each kind; the oldest is forgotten first. */
const MOST_ADDRESSES = 100_000;

export type AddressOwners = {
  note(fact: Pick<Fact, 'kind' | 'mac' | 'address'>): void;
  /** By a lease of before the start; what facts told goes first. */
  learn(mac: Mac, address: Ipv4): void;
  macOf(address: Ipv4): Mac | null;
};

/** We gave it the address. */
const GIVEN = 'dhcp.ack';

/**
 * The machine says, by using it, that it has the address: where another server gives addresses that is all there is. It
 * counts for nothing against our own lease, for whoever asks may say it.
 */
const CLAIMED: ReadonlySet<string> = new Set([
  'dhcp.elsewhere',
  'dhcp.boot_file',
  'dhcp.inform',
  'boot.script',
  'boot.again',
  'boot.loop',
]);

export function createAddressOwners(): AddressOwners {
  const given = createRecentMap<Ipv4, Mac>(MOST_ADDRESSES);
  const claimed = createRecentMap<Ipv4, Mac>(MOST_ADDRESSES);
  const macOf = (address: Ipv4): Mac | null => given.get(address) ?? claimed.get(address) ?? null;
  return {
    macOf,
    note: ({ address, kind, mac }) => {
      if (address === null || mac === null) return;
      if (kind === GIVEN) given.set(address, mac);
      else if (CLAIMED.has(kind)) claimed.set(address, mac);
    },
    learn: (mac, address) => {
      if (macOf(address) === null) claimed.set(address, mac);
    },
  };
}
