/**
 * Sends bad datagrams to 255.255.255.255:67 on demand: `node hostile-sender.ts SEED`. Random bytes, real packets
 * cut short, real packets with bytes changed.
 */
import { createNoise, sendOnDemand } from '../rig/hostile-sender.ts';
import { CAPTURED_CLIENTS, capturedDiscover } from './captured.ts';

const noise = createNoise(Number(process.argv[2] ?? '1'));

function badDatagram(): Uint8Array {
  const client = CAPTURED_CLIENTS[noise.below(CAPTURED_CLIENTS.length)] ?? 'udhcpc';
  const real = capturedDiscover(client);
  switch (noise.below(4)) {
    case 0:
      return noise.bytes(noise.below(1400));
    case 1:
      return real.subarray(0, noise.below(real.length));
    case 2:
      return Buffer.concat([real.subarray(0, 240), noise.bytes(noise.below(600))]);
    default:
      return noise.damaged(real);
  }
}

sendOnDemand({ address: '255.255.255.255', port: 67 }, badDatagram);
