/** What the TFTP server tells of its clients: the plain sentences that explain a boot, or its silence. */
import type { Ipv4 } from '../net/ipv4.ts';
import { printable } from '../plain-text.ts';
import { askedByHabit } from './habits.ts';
import { printableName } from './names.ts';
import type { TransferEnd } from './transfer.ts';

export type TftpFact = {
  readonly kind: 'tftp.request' | 'tftp.done' | 'tftp.failed';
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** TFTP does not say it; the lease of `address` does. */
  readonly mac: null;
  readonly address: Ipv4;
  /** The file, as far as printable. */
  readonly file: string;
  /** Size of the file in bytes; 0 when there is none. */
  readonly bytes: number;
  readonly sentence: string;
};

export type Ending = {
  readonly end: TransferEnd;
  readonly file: string;
  readonly bytes: number;
  /** Bytes that the client has acknowledged. */
  readonly bytesAcked: number;
  readonly ms: number;
};

/** The fact's kind and sentence for the end of a transfer; null for a size probe, which is no event at all. */
export function describeEnd(ending: Ending): Pick<TftpFact, 'kind' | 'sentence'> | null {
  const { end, file, bytes } = ending;
  const so = `${ending.bytesAcked} of ${bytes} bytes`;
  switch (end.kind) {
    case 'done':
      return {
        kind: 'tftp.done',
        sentence: `loaded ${file} by TFTP: ${bytes} bytes in ${(ending.ms / 1000).toFixed(1)} s`,
      };
    case 'unconfirmed':
      return {
        kind: 'tftp.done',
        sentence: `loaded ${file} by TFTP: all ${bytes} bytes were sent, the last ACK is missing (many ROMs leave it out)`,
      };
    case 'probe':
      return null;
    case 'options_refused':
      return {
        kind: 'tftp.request',
        sentence: `takes no TFTP options for ${file} (error 8): it shall ask again without them`,
      };
    case 'aborted':
      return {
        kind: 'tftp.failed',
        sentence: `broke off ${file} after ${so}: error ${end.code} "${printable(end.message)}"`,
      };
    case 'silent':
      return {
        kind: 'tftp.failed',
        sentence:
          ending.bytesAcked === 0
            ? `asked for ${file} and never acknowledged our answer: check that UDP replies from ports above 1023 reach it (firewall, conntrack, route)`
            : `stopped answering after ${so} of ${file}: check its link, or whether it was switched off`,
      };
    case 'expired':
      return {
        kind: 'tftp.failed',
        sentence: `took too long over ${file}: ${so} in ${Math.round(ending.ms / 1000)} s; check its link for loss`,
      };
  }
}

/** What is told about a request for a file that is not in the manifest. */
export function missingFile(
  asked: { readonly address: Ipv4; readonly requested: string },
  at: number,
): TftpFact {
  const file = printableName(asked.requested);
  const about = { at, mac: null, address: asked.address, file, bytes: 0 } as const;
  const habit = askedByHabit(asked.requested, 'TFTP');
  return habit !== null
    ? { ...about, kind: 'tftp.request', sentence: habit }
    : {
        ...about,
        kind: 'tftp.failed',
        sentence: `asked for ${file} by TFTP, which ingot does not have: check that the boot program is installed (boot.ipxe_dir)`,
      };
}
