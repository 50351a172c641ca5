/** Addresses of ours that somebody else uses: left alone, written down, told to the operator. */
import type { Ipv4 } from '../../net/ipv4.ts';
import type { Mac } from '../../net/mac.ts';
import { RepeatLimit } from '../../net/repeat-limit.ts';
import type { DhcpCounters } from '../counters.ts';
import type { WriteLeases } from '../leases/lease-writer.ts';
import type { Reservations } from '../leases/reservations.ts';
import type { DhcpNotice, NetworkNotice } from '../notice.ts';
import type { Place } from '../wires/shared-network.ts';

export type UsedAddress = {
  readonly address: Ipv4;
  /** Who answered for it by ARP; null: a machine declined it and did not say why. */
  readonly usedBy: Mac | null;
  /** Who was to get it; null: nobody yet. */
  readonly refusedBy: Mac | null;
};

type Parts = {
  readonly write: WriteLeases;
  readonly reservations: Reservations;
  readonly counters: DhcpCounters;
  readonly onNotice: (notice: DhcpNotice) => void;
};

const HOUR_MS = 3_600_000;
/** Notices of one network in an hour; whoever declines a thousand addresses makes no thousand events. */
const MOST_NOTICES = 10;

export class UsedAddresses {
  readonly #parts: Parts;
  readonly #repeats = new RepeatLimit({ quietMs: HOUR_MS, mostKeys: 1024 });
  /** When each network's last notices were. */
  readonly #told = new Map<string, readonly number[]>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  found({ network, book }: Place, used: UsedAddress, now: number): void {
    const { counters, reservations, write } = this.#parts;
    counters.count('address_in_use');
    // A reservation is the operator's word: it is offered again, and the operator is told.
    const entry = reservations.holderOf(used.address) === null ? book.quarantine(used.address, now) : null;
    if (entry !== null) write(network.name, [entry]);
    else if (book.isDynamic(used.address) && reservations.holderOf(used.address) === null) {
      counters.count('quarantine_full');
      this.#tell(fullNotice(network.name), `${network.name} full`, now);
      return;
    }
    this.#tell(usedNotice(network.name, used), `${network.name} ${used.address}`, now);
  }

  #tell(notice: NetworkNotice, key: string, now: number): void {
    if (!this.#repeats.allows(key, now)) return;
    // The clock may have been set back.
    const lately = (this.#told.get(notice.network) ?? []).filter((at) => Math.abs(now - at) < HOUR_MS);
    if (lately.length >= MOST_NOTICES) return;
    this.#told.set(notice.network, [...lately, now]);
    this.#parts.onNotice(lately.length === MOST_NOTICES - 1 ? manyNotice(notice.network) : notice);
  }
}

const WHAT_TO_DO =
  'Reserve the address for that machine (ingot dhcp reservations), or take the address out of the ranges.';
const BY_ITS_MAC = 'The switch knows by its MAC at which port it is.';
const BY_ARP =
  'Its MAC is not known: ask for it by ARP from the seed node (arping), or look into the ARP table of the network’s router.';

function usedNotice(network: string, { address, usedBy, refusedBy }: UsedAddress): NetworkNotice {
  const found =
    usedBy === null
      ? `was declined by ${refusedBy}, which found it in use by another machine`
      : `is in use by a machine with MAC ${usedBy}, which did not get it from us`;
  const where = usedBy === null ? BY_ARP : BY_ITS_MAC;
  const sentence = `${address} of network ${network} ${found}: it is left alone for an hour. ${where} ${WHAT_TO_DO}`;
  const data = { network, address, mac: usedBy, refused_by: refusedBy };
  return { kind: 'dhcp.address_in_use', severity: 'warning', network, sentence, data };
}

function fullNotice(network: string): NetworkNotice {
  const sentence =
    `A tenth of the DHCP ranges of network ${network} is left alone for being in use by others; more such addresses ` +
    'only go to the end of the queue. Many hosts have fixed addresses inside the ranges, or somebody declines addresses to use them up: ingot dhcp leases --state declined lists them.';
  return { kind: 'dhcp.quarantine_full', severity: 'warning', network, sentence, data: { network } };
}

function manyNotice(network: string): NetworkNotice {
  const sentence =
    `${MOST_NOTICES} or more addresses of network ${network} were found in use by others within an hour; further ones are ` +
    'not told one by one. ingot dhcp leases lists them as declined.';
  return { kind: 'dhcp.address_in_use', severity: 'warning', network, sentence, data: { network } };
}
