/**
 * Where the datagrams of one transfer leave and arrive. Either an ephemeral socket of its own (RFC 1350 section 4: a
 * transfer's port is its identity), or the request port for all, told apart by the client's address and port: that
 * passes NAT and firewalls that know no TFTP, but some clients (iDRAC8 across subnets) do not take it.
 */
import type { Socket } from 'node:dgram';
import type { Counters } from '../net/counters.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import { createQuickSockets, type OnDatagram, type QuickSocket } from '../net/quick-socket.ts';
import type { TftpCount } from './counts.ts';

/**
 * Opens the outlet of one transfer; null when the system has no socket for it. `onDatagram` gets what comes to a socket
 * of its own; what comes to the request port its owner hands over.
 */
export type OpenOutlet = (onDatagram: OnDatagram) => QuickSocket | null;

/** Sockets on our own address: a multi-homed host must answer from the address that was asked. */
export function ownSockets(options: {
  readonly address: Ipv4;
  readonly counters: Counters<TftpCount>;
  readonly elapsed: () => number;
}): OpenOutlet {
  const { address, counters } = options;
  const open = createQuickSockets(options.elapsed);
  return (onDatagram) => {
    const socket = open({ address, onDatagram, onError: () => counters.count('send_failed') });
    if (socket === null) counters.count('no_socket');
    return socket;
  };
}

/** The request port's socket, which outlives the transfer. */
export function sharedSocket(socket: Socket, counters: Counters<TftpCount>): OpenOutlet {
  const onSent = countFailures(counters);
  return () => ({
    port: socket.address().port,
    send: (parts, to) => socket.send(parts, to.port, to.address, onSent),
    waitFor: () => false,
    close: () => undefined,
  });
}

/** A callback for every send; dgram tells of failures in no other way. */
export function countFailures(counters: Counters<TftpCount>): (error: Error | null) => void {
  return (error) => {
    if (error !== null) counters.count('send_failed');
  };
}
