/**
 * Where the datagrams of one transfer leave and arrive. Either one of a few ephemeral ports that transfers share, told
 * apart by the client's address and port: a client that begins anew, from whatever port of its own, gets another of
 * ours (RFC 1350 section 4: what is late for its last transfer cannot disturb this one). Or the request port for all,
 * which passes NAT and firewalls that know no TFTP, but some clients (iDRAC8 across subnets) do not take it.
 */
import type { Socket } from 'node:dgram';
import type { Counters } from '../net/counters.ts';
import type { RemoteEnd } from '../net/gathered-sends.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { WatchDrops } from '../net/kernel-drops.ts';
import { createRequestRate } from '../net/request-rate.ts';
import { type Conversation, createSharedPorts, type OnDatagram } from '../net/shared-ports.ts';
import type { TftpCount } from './counts.ts';
import { decodeTftp, encodeTftp, TFTP_ERROR } from './packet.ts';

/**
 * Opens the outlet of a transfer to this client; null when the system has no socket for it. `onDatagram` gets what
 * comes from the client to an ephemeral port; what comes to the request port its owner hands over.
 */
export type OpenOutlet = (client: RemoteEnd, onDatagram: OnDatagram) => Conversation | null;

export type Outlets = { readonly open: OpenOutlet; close(): void };

/** Few, so that many blocks are read and sent at once, and enough that a client which begins anew is on another one. */
const PORTS = 4;

/** Error 5 for strangers to a port of ours: more would make us a reflector. */
const STRANGERS_ANSWERED = { burst: 8, perSecond: 0.1, maxAddresses: 1_000 };

const UNKNOWN_TRANSFER = encodeTftp({
  op: 'error',
  code: TFTP_ERROR.unknownTransfer,
  message: 'unknown transfer ID',
});

/** Ports on our own address: a multi-homed host must answer from the address that was asked. */
export function ephemeralPorts(options: {
  readonly address: Ipv4;
  readonly counters: Counters<TftpCount>;
  readonly elapsed: () => number;
  /** Whether this client has or had a transfer just now. */
  readonly knows: (client: RemoteEnd) => boolean;
  readonly drops?: WatchDrops | undefined;
}): Outlets {
  const { address, counters, drops, elapsed, knows } = options;
  const strangers = createRequestRate(STRANGERS_ANSWERED);
  const shared = createSharedPorts({
    address,
    ports: PORTS,
    elapsed,
    drops,
    onError: () => counters.count('send_failed'),
    onStranger: (datagram, from, answer) => {
      const decoded = decodeTftp(datagram);
      if (decoded.ok && decoded.packet.op === 'ack' && knows(from)) {
        // Its last ACK, late or twice: an ERROR from here would end what it asks for next from the same port.
        counters.count('stale_ack');
        return;
      }
      counters.count('stranger');
      // Never an ERROR for an ERROR (two servers would talk for ever), and none to the unreachable port 0.
      if (from.port === 0 || (decoded.ok && decoded.packet.op === 'error')) return;
      if (strangers.allows(from.address, elapsed())) answer(UNKNOWN_TRANSFER);
    },
  });
  return {
    close: shared.close,
    open: (client, onDatagram) => {
      const conversation = shared.open(client, onDatagram);
      if (conversation === null) counters.count('no_socket');
      return conversation;
    },
  };
}

/** The request port's socket, which outlives the transfer. */
export function requestPort(socket: Socket, counters: Counters<TftpCount>): Outlets {
  const onSent = countFailures(counters);
  return {
    close: () => undefined,
    open: (client) => ({
      port: socket.address().port,
      send: (parts) => socket.send(parts, client.port, client.address, onSent),
      waitFor: () => false,
      close: () => undefined,
    }),
  };
}

/** A callback for every send; dgram tells of failures in no other way. */
export function countFailures(counters: Counters<TftpCount>): (error: Error | null) => void {
  return (error) => {
    if (error !== null) counters.count('send_failed');
  };
}
