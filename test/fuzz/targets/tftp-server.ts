/** The running TFTP server on loopback: every datagram accounted for, every answer bounded, honest clients served. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { decodeTftp, encodeTftp } from '../../../src/tftp/packet.ts';
import { bareClient, type Harness, rrq, startServer } from '../../tftp/harness.ts';
import { FUZZ_FILES, tftpDatagram, tftpRequest } from '../inputs/tftp.ts';
import { mutate, pick, type Random } from '../mutate.ts';
import { type FuzzRun, type FuzzTarget, promise } from '../target.ts';

const BATCH = 40;
/** Before its first ACK a client gets at most so many datagrams for a request. */
const ANSWERS = 4;
const PLAIN_DATA_BYTES = 4 + 512;
const LIMITS = { requestBurst: 1e9, requestsPerSecond: 1e9 };

type Ear = { readonly socket: Socket; heard: { readonly bytes: Buffer; readonly port: number }[] };

async function openEar(): Promise<Ear> {
  const socket = createSocket('udp4');
  const ear: Ear = { socket, heard: [] };
  socket.on('message', (bytes, from) => ear.heard.push({ bytes, port: from.port }));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return ear;
}

const say = (ear: Ear, bytes: Uint8Array, port: number): Promise<void> =>
  new Promise((resolve) => ear.socket.send(bytes, port, '127.0.0.1', () => resolve()));

/** Waits for the server, not for a time. @throws Error when it does not come */
async function until(reached: () => boolean, what: string, input: Uint8Array): Promise<void> {
  const end = performance.now() + 5_000;
  while (!reached()) {
    promise(performance.now() < end, what, input);
    await turn();
  }
}

async function openRequestPort(random: Random): Promise<FuzzRun> {
  const at = await startServer(FUZZ_FILES, { limits: LIMITS });
  const ears = await Promise.all(Array.from({ length: 4 }, openEar));
  let sent = 0;
  let allowedBytes = 0;
  let heardBytes = 0;
  const step = async (): Promise<void> => {
    const inputs = Array.from({ length: BATCH }, () => mutate(tftpDatagram(random), random));
    for (const input of inputs) {
      await say(pick(random, ears), input, at.server.port);
      // An OACK repeats what it grants.
      allowedBytes += ANSWERS * Math.max(PLAIN_DATA_BYTES, input.length + 64);
    }
    sent += BATCH;
    const all = Buffer.concat(inputs);
    await until(() => at.datagrams() >= sent, `only ${at.datagrams()} of ${sent} datagrams are counted`, all);
    promise(at.datagrams() === sent, `${at.datagrams()} datagrams are counted, ${sent} were sent`, all);
    for (const ear of ears) {
      for (const { bytes } of ear.heard) heardBytes += bytes.length;
      ear.heard = [];
    }
    promise(heardBytes <= allowedBytes, `${heardBytes} bytes came for ${sent} datagrams`, all);
    promise(at.server.activeTransfers() <= 8, 'a client has more than its eight transfers', all);
    at.forgetFacts();
  };
  return { step, finish: () => serves(at), close: () => closeAll(at, ears) };
}

async function openTransfers(random: Random): Promise<FuzzRun> {
  const singlePort = random.below(2) === 0;
  const at = await startServer(FUZZ_FILES, { limits: LIMITS, singlePort });
  const stranger = await openEar();
  const step = async (): Promise<void> => {
    // A port of its own for each, so that nothing that is still under way from the last one is taken for an answer.
    const ear = await openEar();
    await converse(ear).finally(() => ear.socket.close());
    stranger.heard = [];
    at.forgetFacts();
  };
  const converse = async (ear: Ear): Promise<void> => {
    const file = pick(random, [...FUZZ_FILES.keys()]);
    const options = {
      blksize: pick(random, ['8', '512', '1468']),
      windowsize: pick(random, ['1', '4', '64']),
    };
    const first = encodeTftp(random.below(3) === 0 ? tftpRequest(random) : rrq(file, options));
    await say(ear, first, at.server.port);
    await until(() => ear.heard.length > 0, 'a request for a file got no answer', first);
    const port = ear.heard[0]?.port ?? at.server.port;
    for (let said = random.below(12); said > 0; said--)
      await say(random.below(4) === 0 ? stranger : ear, next(ear), port);
    const over = encodeTftp({ op: 'error', code: 0, message: 'enough' });
    await say(ear, over, port);
    await until(() => at.server.activeTransfers() === 0, 'an ERROR does not end its transfer', over);
    for (const { bytes } of ear.heard)
      promise(bytes.length <= 1472 && decodeTftp(bytes).ok, 'the server said something odd', bytes);
  };
  /** An ACK for what came last, or one that is wrong, or no ACK at all. */
  const next = (ear: Ear): Buffer => {
    const heard = decodeTftp(ear.heard.at(-1)?.bytes ?? Buffer.alloc(0));
    const block = heard.ok && heard.packet.op === 'data' ? heard.packet.block : 0;
    const ack = encodeTftp({ op: 'ack', block });
    return random.below(3) > 0 ? ack : withoutRequest(mutate(ack, random, [tftpDatagram(random)]));
  };
  return { step, finish: () => serves(at), close: () => closeAll(at, [stranger]) };
}

/** A request to the shared port would begin another transfer. */
function withoutRequest(bytes: Buffer): Buffer {
  if (bytes[0] === 0 && (bytes[1] === 1 || bytes[1] === 2)) bytes.writeUInt8(4, 1);
  return bytes;
}

async function serves(at: Harness): Promise<void> {
  const wanted = FUZZ_FILES.get('undionly.kpxe') ?? Buffer.alloc(0);
  const client = await bareClient('127.0.0.2');
  const request = encodeTftp(rrq('undionly.kpxe', { blksize: '1024' }));
  const parts: Buffer[] = [];
  try {
    client.send(request, at.server.port);
    for (let length = 1024; length === 1024; ) {
      const { packet, port } = await client.receive();
      promise(packet.op === 'oack' || packet.op === 'data', `an honest client got an ${packet.op}`, request);
      if (packet.op === 'data') parts.push(Buffer.from(packet.data));
      length = packet.op === 'data' ? packet.data.length : 1024;
      client.send({ op: 'ack', block: packet.op === 'data' ? packet.block : 0 }, port);
    }
  } finally {
    client.close();
  }
  promise(Buffer.concat(parts).equals(wanted), 'an honest client got other bytes', request);
}

async function closeAll(at: Harness, ears: readonly Ear[]): Promise<void> {
  for (const { socket } of ears) socket.close();
  await at.server.stop();
}

export const targets: readonly FuzzTarget[] = [
  { group: 'tftp', name: 'the TFTP request port', open: openRequestPort },
  { group: 'tftp', name: 'TFTP transfers under way', open: openTransfers },
];
