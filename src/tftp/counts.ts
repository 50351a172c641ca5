/** Every way in which a datagram ends without the answer it asked for, and what becomes of transfers: closed lists. */
import { MALFORMED_REASONS } from './packet.ts';

/** Dropped without an answer. */
export const TFTP_DROPS = [
  ...MALFORMED_REASONS,
  /** DATA, ACK, ERROR or OACK on the port for requests. */
  'not_a_request',
  /** Nobody listens on port 0: such a packet is forged. */
  'source_port_0',
  /** From one of our own sockets: an answer would go round for ever. */
  'own_datagram',
  /** From an address that this server does not serve. */
  'not_our_network',
  /** More requests from one address than any machine makes. */
  'rate_limited',
  /** The request of a transfer that has just begun, sent again: the timer resends. */
  'duplicate_request',
  /** Limits: silence lets the client try again, an ERROR would end its boot. */
  'client_limit',
  'server_limit',
  /** A packet from the right client that has no place in a download. */
  'unexpected_packet',
  /** An ACK that moves nothing, or comes when its transfer is over. */
  'stale_ack',
  /** By the kernel, before we could read it: too many came at once. */
  'dropped_by_kernel',
  /** The system gave no socket, or refused to send. */
  'no_socket',
  'send_failed',
] as const;
export type TftpDrop = (typeof TFTP_DROPS)[number];

/** Answered with an ERROR. */
const TFTP_REFUSALS = ['write_refused', 'file_not_found', 'stranger'] as const;
export type TftpRefusal = (typeof TFTP_REFUSALS)[number];

/** How transfers end; a `probe` is a question for the size, which EDK2 ends with an ERROR. */
const TFTP_ENDS = [
  'done',
  'unconfirmed',
  'probe',
  'options_refused',
  'aborted',
  'silent',
  'expired',
  'stopped',
] as const;

export const TFTP_COUNTS = ['requests', ...TFTP_DROPS, ...TFTP_REFUSALS, ...TFTP_ENDS] as const;
export type TftpCount = (typeof TFTP_COUNTS)[number];
