/** Whose file a text evidently is, by how its lines begin: for files that were given as another server's. Pure. */
import { isKeaLeases } from './kea-leases.ts';
import type { ForeignServer } from './read-foreign.ts';

const SIGNS: Readonly<Record<ForeignServer, (text: string) => boolean>> = {
  kea: (text) =>
    isKeaLeases(text) ||
    /"(?:Dhcp4|Dhcp6|subnet4|subnet6|reservations|lease-database|interfaces-config)"\s*:/.test(text),
  isc: (text) =>
    /^[ \t]*(?:(?:host|lease)\s+\S{1,300}\s*\{|subnet\s+\S+\s+netmask\s|(?:default|max)-lease-time\s+\d+\s*;)/m.test(
      text,
    ),
  dnsmasq: (text) =>
    /^[ \t]*(?:--)?dhcp-(?:host|range|option|boot|leasefile|hostsfile|hostsdir)\s*=/m.test(text) ||
    /^\d{1,11} (?:[0-9a-f]{2}:){5}[0-9a-f]{2} \d+\.\d+\.\d+\.\d+ \S{1,300} \S{1,600}$/im.test(text),
};

/** Of a text of any length: what tells it stands near its beginning. */
const MOST_CHARACTERS = 1 << 20;

/** Null where none is evident, or `given` is: then the file is read as it was given. */
export function likelyServer(text: string, given: ForeignServer): ForeignServer | null {
  const start = text.slice(0, MOST_CHARACTERS);
  if (SIGNS[given](start)) return null;
  return (['kea', 'isc', 'dnsmasq'] as const).find((server) => SIGNS[server](start)) ?? null;
}
