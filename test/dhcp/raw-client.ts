/**
 * A booting machine that shows every answer, which no ordinary client does: `node raw-client.ts '<settings as JSON>'`,
 * inside the namespace of the test. Prints one JSON line for each reply that it hears within its time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { MESSAGE_TYPES } from '../../src/dhcp/codec/message-type.ts';
import { OPTIONS, readOption, writeOption } from '../../src/dhcp/codec/options/table.ts';
import { decodePacket, encodePacket } from '../../src/dhcp/codec/packet.ts';
import { openBoundSocket } from '../../src/net/bound-socket.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';
import { macToBytes, parseMac } from '../../src/net/mac.ts';

const settings = z
  .object({
    interface: z.string(),
    mac: z.string(),
    type: z.enum(['discover', 'request', 'inform']),
    /** Where the question goes from and to. */
    fromPort: z.number().default(68),
    to: z.string().default('255.255.255.255'),
    toPort: z.number().default(67),
    ciaddr: z.string().nullable().default(null),
    vendorClass: z.string(),
    arch: z.number(),
    /** Code and hex. */
    options: z.array(z.tuple([z.number(), z.string()])).default([]),
    /** Replies that it waits for, and how long at most. */
    replies: z.number(),
    waitMs: z.number().default(6000),
  })
  .parse(JSON.parse(process.argv[2] ?? '{}'));

const mac = parseMac(settings.mac);
if (mac === null) throw new Error(`no MAC: ${settings.mac}`);
const socket = await openBoundSocket({
  interface: settings.interface,
  address: null,
  port: settings.fromPort,
  shared: true,
});
const done = new AbortController();
let left = settings.replies;
socket.on('message', (datagram, from) => {
  const decoded = decodePacket(datagram);
  if (!decoded.ok || decoded.packet.op !== 'reply') return;
  const { options, yiaddr, ciaddr, siaddr, file } = decoded.packet;
  const hex = (code: number): string | null => {
    const value = options.get(code);
    return value === undefined ? null : Buffer.from(value).toString('hex');
  };
  const said = {
    from: `${from.address}:${from.port}`,
    type: options.get(53)?.[0],
    yiaddr,
    ciaddr,
    siaddr,
    file,
    server: readOption(options, OPTIONS.serverIdentifier),
    vendorClass: readOption(options, OPTIONS.vendorClass),
    lease: readOption(options, OPTIONS.leaseTime),
    vendor: hex(43),
    uuid: hex(97),
  };
  process.stdout.write(`${JSON.stringify(said)}\n`);
  if (--left === 0) done.abort();
});
const question = encodePacket({
  op: 'request',
  hardwareType: 1,
  hardwareAddress: macToBytes(mac),
  hops: 0,
  xid: '11223344',
  secs: 0,
  broadcast: true,
  yiaddr: null,
  siaddr: null,
  giaddr: null,
  sname: '',
  file: '',
  ciaddr: settings.ciaddr === null ? null : parseIpv4(settings.ciaddr),
  options: new Map([
    writeOption(OPTIONS.messageType, MESSAGE_TYPES[settings.type]),
    writeOption(OPTIONS.vendorClass, settings.vendorClass),
    writeOption(OPTIONS.clientArchitectures, [settings.arch]),
    ...settings.options.map(([code, value]) => [code, Uint8Array.from(Buffer.from(value, 'hex'))] as const),
  ]),
}).bytes;
socket.send(question, settings.toPort, settings.to);
await sleep(settings.waitMs, undefined, { signal: done.signal }).catch(() => undefined);
socket.close();
