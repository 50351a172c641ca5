/**
 * Where the datagrams of one transfer leave and arrive. Either an ephemeral socket of its own (RFC 1350 section 4: a
 * transfer's port is its identity), or the request port for all, told apart by the client's address and port: that
 * passes NAT and firewalls that know no TFTP, but some clients (iDRAC8 across subnets) do not take it.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { Counters } from '../net/counters.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { TftpCount } from './counts.ts';

export type RemoteEnd = { readonly address: string; readonly port: number };

export type Outlet = {
  readonly port: number;
  /** One datagram, in parts that stay as they are until the next turn of the event loop. */
  send(parts: readonly Uint8Array[], to: RemoteEnd): void;
  close(): void;
};

/**
 * Opens the outlet of one transfer; null when the system has no socket for it. `onDatagram` gets what comes to a socket
 * of its own; what comes to the request port its owner hands over.
 */
export type OpenOutlet = (onDatagram: (datagram: Uint8Array, from: RemoteEnd) => void) => Outlet | null;

/** A socket on our own address: a multi-homed host must answer from the address that was asked. */
export function ownSocket(address: Ipv4, counters: Counters<TftpCount>): OpenOutlet {
  return (onDatagram) => {
    // Addresses here are always numeric: without this look-up every send, and bind itself, would wait a turn.
    const socket = createSocket({ type: 'udp4', lookup: (name, _options, done) => done(null, name, 4) });
    let bound = false;
    socket.on('message', (datagram: Buffer, from: RemoteInfo) => onDatagram(datagram, from));
    // A datagram that the system refuses; without a callback for each it comes here.
    socket.on('error', () => counters.count(bound ? 'send_failed' : 'no_socket'));
    socket.once('listening', () => {
      bound = true;
    });
    socket.bind({ address, port: 0, exclusive: true });
    if (!bound) {
      socket.close();
      return null;
    }
    return {
      port: socket.address().port,
      send: (parts, to) => socket.send(parts, to.port, to.address),
      close: () => socket.close(),
    };
  };
}

/** The request port's socket, which outlives the transfer; its owner counts what it refuses to send. */
export function sharedSocket(socket: Socket): OpenOutlet {
  return () => ({
    port: socket.address().port,
    send: (parts, to) => socket.send(parts, to.port, to.address),
    close: () => undefined,
  });
}
