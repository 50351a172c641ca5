/** What programs that send bad datagrams share: bytes that are random but the same each time, and their pace. */
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';

export type Noise = {
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number;
  /**
   * Random bytes, or a real datagram cut short, with a random rest behind its first `kept` bytes, or with bytes
   * changed.
   */
  bad(real: Uint8Array, kept: number): Uint8Array;
};

/** The generator of Lehmer: the same seed gives the same bytes. */
export function createNoise(seed: number): Noise {
  let state = seed;
  const below = (limit: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
  const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => below(256)));
  const damaged = (datagram: Uint8Array): Buffer => {
    const copy = Buffer.from(datagram);
    for (let changes = 1 + below(20); changes > 0; changes--) copy[below(copy.length)] = below(256);
    return copy;
  };
  return {
    below,
    bad: (real, kept) => {
      switch (below(4)) {
        case 0:
          return bytes(below(1400));
        case 1:
          return real.subarray(0, below(real.length));
        case 2:
          return Buffer.concat([real.subarray(0, kept), bytes(below(600))]);
        default:
          return damaged(real);
      }
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
