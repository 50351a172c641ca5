/** Valid TFTP datagrams of every kind, with names and options that clients and attackers send. */
import { encodeTftp, type TftpPacket } from '../../../src/tftp/packet.ts';
import { noise, pick, type Random } from '../mutate.ts';

export const FUZZ_FILES: ReadonlyMap<string, Uint8Array> = new Map([
  ['undionly.kpxe', Buffer.alloc(3000, 'ingot')],
  ['arm64/snponly.efi', Buffer.alloc(1468 * 3, 'ingot')],
  ['empty', Buffer.alloc(0)],
  ['initrd.zst', Buffer.alloc(300_000, 'ingot')],
]);

const NAMES = [
  ...FUZZ_FILES.keys(),
  'UNDIONLY.KPXE\xff',
  '\\arm64%5Csnponly.efi',
  '../../etc/passwd',
  '%2e%2e/undionly.kpxe',
  '/etc/passwd',
  'autoexec.ipxe',
  '8e0d4f2a/start4.elf',
  'grub/grub.cfg-01-52-54-00-ab-cd-ef',
  '__proto__',
  'a'.repeat(600),
];
const MODES = ['octet', 'netascii', 'OCTET', 'mail', ''];
const OPTIONS = [
  'blksize',
  'BLKSIZE',
  'tsize',
  'timeout',
  'windowsize',
  'multicast',
  'rollover',
  '__proto__',
  '',
];
const VALUES = [
  '0',
  '1',
  '4',
  '8',
  '512',
  '1468',
  '65464',
  '65535',
  '65536',
  '-1',
  '1e3',
  '9999999999',
  '',
  'x',
];

/** A request, valid but for what its words say. */
export function tftpRequest(random: Random, op: 'rrq' | 'wrq' = 'rrq'): TftpPacket {
  const options = Array.from({ length: random.below(6) }, () => ({
    name: pick(random, OPTIONS),
    value: pick(random, VALUES),
  }));
  return { op, file: pick(random, NAMES), mode: pick(random, MODES), options };
}

const KINDS: readonly ((random: Random) => TftpPacket)[] = [
  (random) => tftpRequest(random),
  (random) => tftpRequest(random),
  (random) => tftpRequest(random, 'wrq'),
  (random) => ({ op: 'ack', block: random.below(65_536) }),
  (random) => ({ op: 'data', block: random.below(65_536), data: noise(random, random.below(600)) }),
  (random) => ({ op: 'error', code: random.below(10), message: pick(random, NAMES) }),
  (random) => ({ op: 'oack', options: [{ name: pick(random, OPTIONS), value: pick(random, VALUES) }] }),
];

export function tftpDatagram(random: Random): Buffer {
  return encodeTftp(pick(random, KINDS)(random));
}
