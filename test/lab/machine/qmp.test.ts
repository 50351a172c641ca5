import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectQmp, type QmpEvent } from '../../../src/lab/machine/qmp.ts';

let dir = '';
let socketPath = '';
let server: Server;
let peer: Socket | null = null;

/** Speaks like QEMU: greets, answers `boom` with an error, `end` with silence and its end, all else with `{}`. */
function onConnection(socket: Socket): void {
  peer = socket;
  socket.on('error', () => undefined);
  socket.write('{"QMP": {"version": {}, "capabilities": ["oob"]}}\r\n');
  socket.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n').filter((one) => one !== '')) {
      const { execute, id } = JSON.parse(line) as { execute: string; id: number };
      if (execute === 'end') socket.destroy();
      else if (execute === 'boom')
        socket.write(`{"id": ${id}, "error": {"class": "GenericError", "desc": "no such thing"}}\r\n`);
      else
        socket.write(
          `{"event": "NOTE", "data": {"of": "${execute}"}}\r\n{"id": ${id}, "return": {"did": "${execute}"}}\r\n`,
        );
    }
  });
}

beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'ingot-qmp-'));
  socketPath = path.join(dir, 'q');
  server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
});

afterEach(async () => {
  peer?.destroy();
  await new Promise((resolve) => server.close(resolve));
  await rm(dir, { recursive: true });
});

describe('QMP', () => {
  it('pairs answers with questions and hands on events between them', async () => {
    const events: QmpEvent[] = [];
    const qmp = await connectQmp(socketPath, (event) => events.push(event));
    const [one, other] = await Promise.all([qmp.execute('one'), qmp.execute('other', { with: 1 })]);
    expect([one, other]).toEqual([{ did: 'one' }, { did: 'other' }]);
    expect(events.map((event) => event.data.of)).toEqual(['qmp_capabilities', 'one', 'other']);
    qmp.close();
    await qmp.closed;
  });

  it("repeats QEMU's own words when it refuses", async () => {
    const qmp = await connectQmp(socketPath, () => undefined);
    await expect(qmp.execute('boom')).rejects.toThrow(/no such thing/);
    qmp.close();
  });

  it('tells everybody who waits when QEMU goes away, and everybody who comes later', async () => {
    const qmp = await connectQmp(socketPath, () => undefined);
    await expect(qmp.execute('end')).rejects.toThrow(/is gone/);
    await qmp.closed;
    await expect(qmp.execute('one')).rejects.toThrow(/is gone/);
  });

  it('survives lines that are no QMP', async () => {
    const qmp = await connectQmp(socketPath, () => undefined);
    peer?.write('not json\n[1,2]\n{"id": 99, "return": 1}\n{"event": 5}\n');
    expect(await qmp.execute('still')).toEqual({ did: 'still' });
    qmp.close();
  });

  it('fails at once where nobody listens', async () => {
    await expect(connectQmp(path.join(dir, 'nobody'), () => undefined)).rejects.toThrow(/is gone/);
  });
});
