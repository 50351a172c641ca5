/** What the boot decision adds to an OFFER and to its ACK; made by `boot/`, written out here. */
import type { Ipv4 } from '../../net/ipv4.ts';

export type DhcpBootFields = {
  /** Where the client loads from. EDK2 takes siaddr, never option 66. */
  readonly siaddr: Ipv4;
  /**
   * Boot file name or URL. Stands in the header's `file` when it has at most 127 bytes, and in option 67 unless
   * `options` has one; empty: neither.
   */
  readonly file: string;
  /** Such as 43, 60, 66, 175: the first one of a code counts, those of the lease itself (1, 51, 53, 54) are ours. */
  readonly options: readonly { readonly code: number; readonly value: Uint8Array }[];
};
