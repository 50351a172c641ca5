/** What programs that send bad datagrams share: bytes that are random but the same each time, and their pace. */
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';

export type Noise = {
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number;
  bytes(length: number): Buffer;
  /** A copy with some bytes changed. */
  damaged(datagram: Uint8Array): Buffer;
};

/** The generator of Lehmer: the same seed gives the same bytes. */
export function createNoise(seed: number): Noise {
  let state = seed;
  const below = (limit: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
  return {
    below,
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
    damaged: (datagram) => {
      const copy = Buffer.from(datagram);
      for (let changes = 1 + below(20); changes > 0; changes--) copy[below(copy.length)] = below(256);
      return copy;
    },
  };
}

/** Each line on standard input is how many to send next, and is answered by a line when they are out. */
export function sendOnDemand(
  to: { readonly address: string; readonly port: number },
  next: () => Uint8Array,
): void {
  const socket = createSocket('udp4');
  socket.bind(0, () => socket.setBroadcast(true));
  const sendOne = (): Promise<void> =>
    new Promise((resolve, reject) => {
      socket.send(next(), to.port, to.address, (error) => (error === null ? resolve() : reject(error)));
    });
  createInterface({ input: process.stdin }).on('line', (line) => {
    const sends = Array.from({ length: Number(line) }, sendOne);
    void Promise.all(sends).then(() => process.stdout.write('sent\n'));
  });
}
