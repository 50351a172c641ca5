/**
 * A UDP socket that many ask at once. `dgram` tells that something has come, and reads the first datagram; the others
 * are read with one call of the system, and what is sent in one go leaves with one call, up to as much as a relay
 * takes.
 */
import type { RemoteInfo } from 'node:dgram';
import { adoptSocket } from './bound-socket.ts';
import { createIncomingDatagrams, VECTOR_DATAGRAMS } from './datagram-vector.ts';
import { createGatheredSends, type RemoteEnd } from './gathered-sends.ts';
import { ipv4FromNumber } from './ipv4.ts';
import type { WatchDrops } from './kernel-drops.ts';
import { socketAddress } from './libc.ts';
import { createPortions } from './portions.ts';

export type BusySocket = {
  readonly port: number;
  /** Sends it when the running code has returned, or a little later where much is sent; in the order of the calls. */
  send(datagram: Uint8Array, to: RemoteEnd): void;
  stopReading(): void;
  /** Resolves when the port is free. What was to be sent has left, or is dropped. */
  close(): Promise<void>;
};

export type BusySocketOptions = {
  /** A bound UDP socket; from now on this one's to close. */
  readonly descriptor: number;
  /** The bytes are the receiver's to keep. It must not throw. */
  readonly onDatagram: (
    datagram: Uint8Array,
    from: { readonly address: string; readonly port: number },
  ) => void;
  /** Of the socket as such. */
  readonly onError: (error: Error) => void;
  /** A datagram was not sent: null when too many wait for the kernel. */
  readonly onUnsent: (to: RemoteEnd, error: Error | null) => void;
  /** Looks at the socket as long as it is open. */
  readonly drops?: WatchDrops | undefined;
};

type Outgoing = { readonly datagram: Uint8Array; readonly to: RemoteEnd };

/** More than any frame of Ethernet brings. */
const MOST_BYTES = 2048;
/** Read in one turn of the event loop: others on this thread wait for a few milliseconds at most. */
const DATAGRAMS_A_TURN = 2 * VECTOR_DATAGRAMS;
/**
 * Sent in a millisecond: a relay gets the replies for all of its machines by one socket, which holds some 160 of them
 * (net.core.rmem_default), and a disk that was slow for a moment holds back more than that.
 */
const PORTION = { size: 32, pauseMs: 1, mostWaiting: 4096 } as const;

/** @throws IngotError `environment` when the descriptor is no UDP socket */
export async function openBusySocket(options: BusySocketOptions): Promise<BusySocket> {
  const { descriptor, onDatagram, onUnsent } = options;
  const socket = await adoptSocket(descriptor, options.drops);
  const incoming = createIncomingDatagrams(MOST_BYTES);
  const sends = createGatheredSends({ socket, descriptor, onUnsent });
  let isOpen = true;
  let isReading = true;
  let isGathering = false;
  let left = DATAGRAMS_A_TURN;

  const flush = (): void => {
    isGathering = false;
    if (isOpen) sends.flush();
  };
  const portions = createPortions<Outgoing>({
    ...PORTION,
    elapsed: () => performance.now(),
    hand: ({ datagram, to }) => {
      sends.add([datagram], socketAddress(to.address, to.port));
      if (isGathering) return;
      isGathering = true;
      queueMicrotask(flush);
    },
    onHanded: flush,
  });

  const readMore = (): void => {
    while (isReading && left > 0) {
      const count = incoming.take(descriptor, VECTOR_DATAGRAMS, (datagram, from) =>
        onDatagram(Buffer.from(datagram), { address: ipv4FromNumber(from.address), port: from.port }),
      );
      if (count > 0 && left === DATAGRAMS_A_TURN)
        setImmediate(() => {
          left = DATAGRAMS_A_TURN;
        });
      left -= count;
      if (count < VECTOR_DATAGRAMS) return;
    }
  };
  socket.on('error', options.onError);
  socket.on('message', (first: Buffer, from: RemoteInfo) => {
    if (!isReading) return;
    onDatagram(first, from);
    readMore();
  });

  return {
    port: socket.address().port,
    send: (datagram, to) => {
      if (isOpen && !portions.add({ datagram, to })) onUnsent(to, null);
    },
    stopReading: () => {
      isReading = false;
    },
    close: async () => {
      isReading = false;
      if (!isOpen) return;
      portions.drain();
      isOpen = false;
      await new Promise<void>((resolve) => socket.close(resolve));
    },
  };
}
