/**
 * The ticket of a boot, against which its agent gets its token: it stands in the script of the machine's boot loader,
 * which anybody may ask for. So it is given to, and taken from, the machine's own address only.
 */
import type { AddressHolder } from '../net/address-holder.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import { RepeatLimit } from '../net/repeat-limit.ts';
import type { BootEntry } from './decision.ts';
import type { BootFact } from './facts.ts';

/** The end of a sentence on why what asks from the address is not the machine; null: it is, or nobody can tell. */
export function whyStranger(
  address: Ipv4,
  { holder, isItsMac }: { readonly holder: AddressHolder; readonly isItsMac: (mac: Mac) => boolean },
): string | null {
  switch (holder.kind) {
    case 'untold':
      return null;
    case 'nobody':
      return `DHCP gave ${address} to nobody (is there another DHCP server, or a static address?)`;
    case 'machine':
      return isItsMac(holder.mac) ? null : `DHCP gave ${address} to ${holder.mac}, which is no port of it`;
  }
}

/** The same of who asks for the script of a machine: what a stranger loads is no step of that machine's boot. */
export function strangerAt(
  address: Ipv4,
  asked: {
    readonly mac: Mac;
    readonly holder: AddressHolder;
    readonly bootEntry: (mac: Mac) => BootEntry | null;
  },
): string | null {
  const { bootEntry, holder, mac } = asked;
  const node = bootEntry(mac)?.nodeUuid;
  return whyStranger(address, {
    holder,
    isItsMac: (other) => other === mac || (node !== undefined && bootEntry(other)?.nodeUuid === node),
  });
}

type Refusal = Pick<BootFact, 'kind' | 'mac' | 'address' | 'sentence' | 'bytes'>;

/** Of one machine, for a stranger may ask again and again. */
const REFUSALS = { quietMs: 60_000, mostKeys: 4096 } as const;

/**
 * What the machine's events tell of a refusal; null where they were told of one a moment ago. The address is not the
 * machine's, so nothing else from there belongs to it. `now`: milliseconds of a clock that nobody sets.
 */
export function createRefusals(): (stranger: {
  readonly mac: Mac;
  readonly why: string;
  readonly now: number;
}) => Refusal | null {
  const limit = new RepeatLimit(REFUSALS);
  return ({ mac, why, now }) => {
    if (!limit.allows(mac, now)) return null;
    const sentence = `had a request for its script refused, for the ticket of this boot is in it: ${why}`;
    return { kind: 'boot.failed', mac, address: null, sentence, bytes: 0 };
  };
}
