/** What the packet thread counts. */
import { createDhcpCounters } from '../../dhcp/counters.ts';
import { createCounters, prefixed } from '../../net/counters.ts';
import { SYSLOG_COUNTS } from '../../syslog/counts.ts';
import { TFTP_COUNTS } from '../../tftp/counts.ts';
import { FACT_COUNTS } from './dhcp-teller.ts';

export type PacketCounters = ReturnType<typeof createPacketCounters>;

export function createPacketCounters() {
  return {
    dhcp: createDhcpCounters(),
    tftp: createCounters(TFTP_COUNTS),
    syslog: createCounters(SYSLOG_COUNTS),
    facts: createCounters(FACT_COUNTS),
  };
}

/** Each count by its part's name and its own: `dhcp.received_discover`. */
export function countsOf(counters: PacketCounters): { readonly [name: string]: number } {
  return {
    ...prefixed('dhcp', counters.dhcp.snapshot()),
    ...prefixed('tftp', counters.tftp.snapshot()),
    ...prefixed('syslog', counters.syslog.snapshot()),
    ...prefixed('facts', counters.facts.snapshot()),
  };
}
