/**
 * A TFTP client in a process of its own that reads a file again and again, block by block, and times each answer.
 * Usage: tftp-probe.ts SERVER FILE SECONDS. Prints one line: `{"latencies": [ms, …], "lost": N}`.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeTftp, encodeTftp } from '../../src/tftp/packet.ts';

const ANSWER_MS = 1_000;
/** Between two files: some 70 blocks each make a few hundred questions a second. */
const PAUSE_MS = 100;
const BLOCK_BYTES = 1428;

const [server = '', file = '', seconds = '1'] = process.argv.slice(2);
const latencies: number[] = [];
let lost = 0;

/** Sends one datagram and takes the next one as its answer. Null when none comes. */
async function ask(socket: Socket, bytes: Uint8Array, port: number) {
  const sent = performance.now();
  socket.send(bytes, port, server);
  const late = AbortSignal.timeout(ANSWER_MS);
  const answer = await once(socket, 'message', { signal: late }).catch(() => null);
  if (answer === null) {
    lost++;
    return null;
  }
  latencies.push(performance.now() - sent);
  const decoded = decodeTftp(answer[0]);
  return decoded.ok ? { packet: decoded.packet, port: Number(answer[1].port) } : null;
}

async function readFile(): Promise<void> {
  const socket = createSocket('udp4');
  const options = [{ name: 'blksize', value: String(BLOCK_BYTES) }];
  let bytes = encodeTftp({ op: 'rrq', file, mode: 'octet', options });
  for (let port = 69; ; ) {
    const answer = await ask(socket, bytes, port);
    if (answer === null) break;
    const { packet } = answer;
    if (packet.op !== 'oack' && packet.op !== 'data')
      throw new Error(`TFTP answered ${JSON.stringify(packet)}`);
    const block = packet.op === 'oack' ? 0 : packet.block;
    bytes = encodeTftp({ op: 'ack', block });
    port = answer.port;
    if (packet.op === 'data' && packet.data.length < BLOCK_BYTES) {
      await new Promise((resolve) => socket.send(bytes, port, server, resolve));
      break;
    }
  }
  socket.close();
}

const until = performance.now() + Number(seconds) * 1000;
while (performance.now() < until) {
  await readFile();
  await sleep(PAUSE_MS);
}
process.stdout.write(`${JSON.stringify({ latencies, lost })}\n`);
