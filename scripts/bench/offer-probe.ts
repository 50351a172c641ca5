/**
 * Asks for an address as a relay does, again and again, until the first offer comes.
 * Usage: offer-probe.ts OWN-ADDRESS SERVER. Prints one line: `{"at": milliseconds since the epoch}`.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { MESSAGE_TYPES } from '../../src/dhcp/codec/message-type.ts';
import { OPTIONS, writeOption } from '../../src/dhcp/codec/options/table.ts';
import { encodePacket } from '../../src/dhcp/codec/packet.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';

const PAUSE_MS = 20;

const [own = '', server = ''] = process.argv.slice(2);
const { bytes } = encodePacket({
  op: 'request',
  hardwareType: 1,
  hardwareAddress: Uint8Array.of(2, 0xbe, 0, 0, 0, 1),
  hops: 1,
  xid: process.pid.toString(16),
  secs: 0,
  broadcast: false,
  ciaddr: null,
  yiaddr: null,
  siaddr: null,
  giaddr: parseIpv4(own),
  sname: '',
  file: '',
  options: new Map([writeOption(OPTIONS.messageType, MESSAGE_TYPES.discover)]),
});
const socket = createSocket('udp4');
socket.bind(67, own);
await once(socket, 'listening');
// While nobody listens there, the kernel says so by an error.
socket.on('error', () => undefined);
const asking = setInterval(() => socket.send(bytes, 67, server), PAUSE_MS);
await once(socket, 'message');
const at = Date.now();
clearInterval(asking);
socket.close();
process.stdout.write(`${JSON.stringify({ at })}\n`);
