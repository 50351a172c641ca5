/**
 * Sends bad datagrams to 255.255.255.255:67: `node hostile-sender.ts SEED`; each line on standard input is how
 * many to send next, and is answered by a line when they are out. Random bytes, real packets cut short, real
 * packets with bytes changed.
 */
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';
import { CAPTURED_CLIENTS, capturedDiscover } from './captured.ts';

let state = Number(process.argv[2] ?? '1');

/** The generator of Lehmer: the same seed sends the same datagrams. */
function below(limit: number): number {
  state = (state * 48_271) % 2_147_483_647;
  return state % limit;
}

const noise = (length: number): Buffer => Buffer.from(Array.from({ length }, () => below(256)));

function badDatagram(): Buffer {
  const client = CAPTURED_CLIENTS[below(CAPTURED_CLIENTS.length)] ?? 'udhcpc';
  const real = Buffer.from(capturedDiscover(client));
  switch (below(4)) {
    case 0:
      return noise(below(1400));
    case 1:
      return real.subarray(0, below(real.length));
    case 2:
      return Buffer.concat([real.subarray(0, 240), noise(below(600))]);
    default:
      for (let changes = 1 + below(20); changes > 0; changes--) real[below(real.length)] = below(256);
      return real;
  }
}

const socket = createSocket('udp4');
socket.bind(0, () => socket.setBroadcast(true));
createInterface({ input: process.stdin }).on('line', (line) => {
  const sends = Array.from(
    { length: Number(line) },
    () =>
      new Promise<void>((resolve, reject) => {
        socket.send(badDatagram(), 67, '255.255.255.255', (error) =>
          error === null ? resolve() : reject(error),
        );
      }),
  );
  void Promise.all(sends).then(() => process.stdout.write('sent\n'));
});
