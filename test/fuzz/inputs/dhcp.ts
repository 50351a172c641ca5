/** Valid DHCP messages of every type, with every option that ingot knows, true or not. */
import { MESSAGE_TYPES } from '../../../src/dhcp/codec/message-type.ts';
import { OPTIONS } from '../../../src/dhcp/codec/options/table.ts';
import { encodePacket } from '../../../src/dhcp/codec/packet.ts';
import { mac, message } from '../../dhcp/samples.ts';
import { noise, pick, type Random } from '../mutate.ts';

const TYPES = ['discover', 'request', 'decline', 'release', 'inform'] as const;
const ADDRESSES = ['10.77.0.1', '10.77.0.10', '10.77.0.19', '10.77.0.255', '10.99.0.9', '255.255.255.255'];
const KNOWN = Object.values(OPTIONS).map(({ code }) => code);
const VALUES: readonly (readonly [number, Uint8Array])[] = [
  [57, Uint8Array.of(0xff, 0xff)],
  [57, Uint8Array.of(0, 1)],
  [60, Buffer.from('PXEClient:Arch:00007:UNDI:003016')],
  [60, Buffer.from('HTTPClient:Arch:00016:UNDI:003001')],
  [77, Buffer.from('iPXE')],
  [82, Uint8Array.of(1, 2, 0x41, 0x42, 2, 1, 7, 5, 4, 10, 77, 0, 1, 11, 4, 10, 77, 0, 1)],
  [93, Uint8Array.of(0, 7, 0, 9)],
  [175, Uint8Array.of(0xb0, 1, 1, 0x13, 1, 1)],
];

function option(random: Random): readonly [number, Uint8Array] {
  if (random.below(2) === 0) return pick(random, VALUES);
  const code = random.below(4) === 0 ? 1 + random.below(254) : pick(random, KNOWN);
  return [code, noise(random, pick(random, [0, 1, 2, 4, 5, 16, 17, 64, 255, 300]))];
}

/** One of few machines, so that what one message did meets the next. */
export function dhcpDatagram(random: Random): Buffer {
  const address = (chance: number): string | undefined =>
    random.below(chance) === 0 ? pick(random, ADDRESSES) : undefined;
  const parts = { ciaddr: address(4), giaddr: address(5), asks: address(2), serverId: address(3) };
  const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
  const packet = message({
    type: pick(random, TYPES),
    mac: mac(random.below(random.below(4) === 0 ? 60_000 : 24)),
    xid: random.below(2 ** 31 - 1),
    secs: random.below(65_536),
    broadcast: random.below(2) === 0,
    options: Array.from({ length: random.below(8) }, () => option(random)),
    ...given,
  });
  const type = random.below(20) === 0 ? random.below(256) : null;
  const options = new Map(packet.options);
  if (type !== null && !Object.values<number>(MESSAGE_TYPES).includes(type))
    options.set(53, Uint8Array.of(type));
  return Buffer.from(encodePacket({ ...packet, options }, 1500).bytes);
}
