/**
 * Sends bad datagrams to 255.255.255.255:67 on demand: `node hostile-sender.ts SEED`. Random bytes, real packets
 * cut short, real packets with bytes changed.
 */
import { createNoise, sendOnDemand } from '../rig/hostile-sender.ts';
import { CAPTURED_CLIENTS, capturedDiscover } from './codec/captured.ts';

const noise = createNoise(Number(process.argv[2] ?? '1'));

function badDatagram(): Uint8Array {
  const client = CAPTURED_CLIENTS[noise.below(CAPTURED_CLIENTS.length)] ?? 'udhcpc';
  return noise.bad(capturedDiscover(client), 240);
}

sendOnDemand({ address: '255.255.255.255', port: 67 }, badDatagram);
