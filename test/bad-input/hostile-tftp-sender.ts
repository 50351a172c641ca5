/**
 * Sends bad datagrams to port 69 on demand: `node hostile-tftp-sender.ts ADDRESS SEED`. Random bytes, packets of
 * every kind cut short, with bytes changed, or with a random rest.
 */
import { encodeTftp, type TftpPacket } from '../../src/tftp/packet.ts';
import { createNoise, sendOnDemand } from '../rig/hostile-sender.ts';

const [address = '', seed = '1'] = process.argv.slice(2);
const noise = createNoise(Number(seed));
const options = [
  { name: 'tsize', value: '0' },
  { name: 'blksize', value: '1468' },
];
const KINDS: readonly TftpPacket[] = [
  { op: 'rrq', file: 'snponly.efi', mode: 'octet', options },
  { op: 'rrq', file: '../../etc/passwd', mode: 'netascii', options: [] },
  { op: 'wrq', file: 'undionly.kpxe', mode: 'octet', options },
  { op: 'data', block: 1, data: Buffer.alloc(100) },
  { op: 'ack', block: 1 },
  { op: 'error', code: 8, message: 'User aborted the transfer' },
  { op: 'oack', options },
];

function badDatagram(): Uint8Array {
  const kind = KINDS[noise.below(KINDS.length)] ?? { op: 'ack', block: 0 };
  return noise.bad(encodeTftp(kind), 2);
}

sendOnDemand({ address, port: 69 }, badDatagram);
