/**
 * What a UDP socket says in one go: gathered, and sent with one call of the system. What the kernel does not take at
 * once is `dgram`'s, which waits for it or tells what is wrong.
 */
import type { Socket } from 'node:dgram';
import { createOutgoingDatagrams, type SocketAddress } from './datagram-vector.ts';
import { type Ipv4, ipv4FromNumber } from './ipv4.ts';

export type RemoteEnd = { readonly address: Ipv4; readonly port: number };

export type GatheredSends = {
  /** One datagram of these parts, behind the others; they leave first when there is no more room. */
  add(parts: readonly Uint8Array[], to: SocketAddress): void;
  /** Sends what has gathered. */
  flush(): void;
};

export type GatheredSendsOptions = {
  readonly socket: Pick<Socket, 'send' | 'getSendQueueCount'>;
  /** The same socket's. */
  readonly descriptor: number;
  /** A datagram was not sent: null when too many wait for the kernel. */
  readonly onUnsent: (to: RemoteEnd, error: Error | null) => void;
};

/** Datagrams waiting for the kernel. */
const MOST_UNSENT = 2048;

export function createGatheredSends({ socket, descriptor, onUnsent }: GatheredSendsOptions): GatheredSends {
  const outgoing = createOutgoingDatagrams();
  const sendLater = (datagram: Uint8Array, to: RemoteEnd): void => {
    if (socket.getSendQueueCount() >= MOST_UNSENT) {
      onUnsent(to, null);
      return;
    }
    try {
      socket.send(Buffer.from(datagram), to.port, to.address, (error) => {
        if (error !== null) onUnsent(to, error);
      });
    } catch (thrown) {
      // Such as port 0.
      onUnsent(to, thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  };
  const flush = (): void =>
    outgoing.send(descriptor, (datagram, { address, port }) =>
      sendLater(datagram, { address: ipv4FromNumber(address), port }),
    );
  return {
    flush,
    add: (parts, to) => {
      if (outgoing.add(parts, to)) return;
      flush();
      outgoing.add(parts, to);
    },
  };
}
