/** The image is bigger than what the kernel's buffers take at once, so a reader that stops is seen. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { LeastRate } from '../../src/boot/least-rate.ts';
import { type BootHttp, IMAGE, startBootHttp } from './http-harness.ts';

const WINDOW_MS = 50;

async function serving(leastRate: LeastRate): Promise<BootHttp> {
  const at = await startBootHttp({ limits: { images: 1, leastRate } });
  onTestFinished(() => at.stop());
  return at;
}

/** A reader that takes nothing beyond what fits into the buffers between. */
function askFor(at: BootHttp): Socket {
  const socket = connect(at.port, '127.0.0.1', () =>
    socket.write(`GET /images/${IMAGE.id} HTTP/1.1\r\nHost: x\r\n\r\n`),
  );
  socket.pause();
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

test('a download that takes less than the least rate is cut, and its place is free again', async () => {
  const at = await serving({ bytes: 2 * IMAGE.content.length, overMs: WINDOW_MS });
  const slow = askFor(at);
  await expect
    .poll(() => at.facts)
    .toMatchObject([{ kind: 'boot.failed', sentence: expect.stringContaining('broke off') }]);
  slow.resume();
  await once(slow, 'close');
  const next = await fetch(`http://127.0.0.1:${at.port}/images/${IMAGE.id}`, {
    headers: { range: 'bytes=0-0' },
  });
  expect(next.status).toBe(206);
});

test('a download that takes enough comes whole, over many windows', async () => {
  const at = await serving({ bytes: 0, overMs: 1 });
  const response = await fetch(`http://127.0.0.1:${at.port}/images/${IMAGE.id}`);
  const hash = createHash('sha256');
  for await (const chunk of response.body ?? []) {
    hash.update(chunk);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(hash.digest('hex')).toBe(createHash('sha256').update(IMAGE.content).digest('hex'));
});
