/** What the DHCP server counts: every message in and out, and every silent drop by its reason. */
import { type Counters, createCounters } from '../net/counters.ts';
import { CLIENT_REFUSALS } from './codec/client-facts.ts';
import { PACKET_REFUSALS } from './codec/packet.ts';
import { SILENCES } from './replies/answer.ts';

const DHCP_COUNTERS = [
  'received_discover',
  'received_request',
  'received_decline',
  'received_release',
  'received_inform',
  'sent_offer',
  'sent_ack',
  'sent_nak',
  'sent_inform',
  'sent_boot_offer',
  'received_boot_question',
  'sent_boot_ack',
  'no_source_port',
  'retransmission',
  'own_search',
  'options_truncated',
  'options_omitted',
  'quarantine_full',
  'address_in_use',
  'probe_asked',
  'probe_skipped',
  'journal_failed',
  /** Before we could read them: too many came at once. */
  'dropped_by_kernel',
  'send_failed',
  'send_queue_full',
  'socket_error',
  'internal_error',
  ...PACKET_REFUSALS,
  ...CLIENT_REFUSALS,
  ...SILENCES,
] as const;

export type DhcpCounters = Counters<(typeof DHCP_COUNTERS)[number]>;

export function createDhcpCounters(): DhcpCounters {
  return createCounters(DHCP_COUNTERS);
}
