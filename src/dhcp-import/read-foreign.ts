/** The one way into this room: a file's text and whose it is, in; what it says, out. Pure. */
import { readDnsmasq } from './dnsmasq.ts';
import type { ForeignFile } from './foreign.ts';
import { readIsc } from './isc.ts';
import { readKeaConfig } from './kea-config.ts';
import { isKeaLeases, readKeaLeases } from './kea-leases.ts';

export const FOREIGN_SERVERS = ['kea', 'isc', 'dnsmasq'] as const;
export type ForeignServer = (typeof FOREIGN_SERVERS)[number];

/**
 * Configuration or leases, whichever the text is.
 * @param now milliseconds since the epoch
 * @throws IngotError `invalid_input` with the line of what cannot be read
 */
export function readForeign(server: ForeignServer, text: string, now: number): ForeignFile {
  // Files that went through an editor of another system.
  const clean = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  switch (server) {
    case 'kea':
      return isKeaLeases(clean) ? readKeaLeases(clean) : readKeaConfig(clean);
    case 'isc':
      return readIsc(clean);
    case 'dnsmasq':
      return readDnsmasq(clean, now);
  }
}
