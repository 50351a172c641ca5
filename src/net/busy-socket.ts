/**
 * A UDP socket that many ask at once. `dgram` tells that something has come, and reads the first datagram; the others
 * are read with one call of the system, and all that is sent in one go leaves with one call.
 */
import type { RemoteInfo } from 'node:dgram';
import { adoptSocket } from './bound-socket.ts';
import { createIncomingDatagrams, createOutgoingDatagrams, VECTOR_DATAGRAMS } from './datagram-vector.ts';
import { type Ipv4, ipv4FromNumber } from './ipv4.ts';
import { socketAddress } from './libc.ts';

export type BusySocket = {
  readonly port: number;
  /** Sends it when the running code has returned, in the order of the calls. */
  send(datagram: Uint8Array, to: { readonly address: Ipv4; readonly port: number }): void;
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
  readonly onUnsent: (to: { readonly address: string; readonly port: number }, error: Error | null) => void;
};

/** More than any frame of Ethernet brings. */
const MOST_BYTES = 2048;
/** Read in one turn of the event loop: others on this thread wait for a few milliseconds at most. */
const DATAGRAMS_A_TURN = 2 * VECTOR_DATAGRAMS;
/** Datagrams waiting for the kernel. */
const MOST_UNSENT = 2048;

/** @throws IngotError `environment` when the descriptor is no UDP socket */
export async function openBusySocket(options: BusySocketOptions): Promise<BusySocket> {
  const { descriptor, onDatagram, onUnsent } = options;
  const socket = await adoptSocket(descriptor);
  const incoming = createIncomingDatagrams(MOST_BYTES);
  const outgoing = createOutgoingDatagrams();
  let isOpen = true;
  let isReading = true;
  let isGathering = false;
  let left = DATAGRAMS_A_TURN;

  /** The queue is full, or worse: dgram waits for the kernel, or tells what is wrong. */
  const sendLater = (datagram: Uint8Array, to: { readonly address: Ipv4; readonly port: number }): void => {
    if (socket.getSendQueueCount() >= MOST_UNSENT) {
      onUnsent(to, null);
      return;
    }
    try {
      socket.send(datagram, to.port, to.address, (error) => {
        if (error !== null) onUnsent(to, error);
      });
    } catch (thrown) {
      // Such as port 0.
      onUnsent(to, thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  };
  const flush = (): void => {
    isGathering = false;
    if (!isOpen) return;
    outgoing.send(descriptor, (datagram, to) =>
      sendLater(Buffer.from(datagram), { address: ipv4FromNumber(to.address), port: to.port }),
    );
  };

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
      if (!isOpen) return;
      const name = socketAddress(to.address, to.port);
      if (!outgoing.add([datagram], name)) {
        flush();
        outgoing.add([datagram], name);
      }
      if (isGathering) return;
      isGathering = true;
      queueMicrotask(flush);
    },
    stopReading: () => {
      isReading = false;
    },
    close: async () => {
      isReading = false;
      if (!isOpen) return;
      flush();
      isOpen = false;
      await new Promise<void>((resolve) => socket.close(resolve));
    },
  };
}
