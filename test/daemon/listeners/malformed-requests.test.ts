/** Bytes that are no request: each is answered with its status, counted under its reason, and the connection closed. */
import { expect, onTestFinished, test } from 'vitest';
import { converse, listenForStrangers, statusesOf } from '../../fuzz/converse.ts';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n';

test.each([
  { what: 'no HTTP at all', bytes: '\x16\x03\x01 hello\r\n\r\n', status: 400, counted: 'malformed' },
  { what: 'a head that breaks off', bytes: GET, status: 400, counted: 'malformed' },
  { what: 'no Host', bytes: 'GET / HTTP/1.1\r\n\r\n', status: 400, counted: 'malformed' },
  { what: 'CONNECT', bytes: 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n', status: 405, counted: 'malformed' },
  { what: 'a strange expectation', bytes: `${GET}Expect: x\r\n\r\n`, status: 417, counted: 'malformed' },
  { what: 'a long head', bytes: `${GET}X: ${'a'.repeat(20_000)}`, status: 431, counted: 'head_too_large' },
])('$what gets $status and counts as $counted', async ({ bytes, status, counted }) => {
  const listener = await listenForStrangers((_request, response) => response.end());
  onTestFinished(listener.stop);
  expect(statusesOf(await converse(listener.port, Buffer.from(bytes, 'latin1')))).toEqual([status]);
  const counts = Object.entries(listener.refused()).filter(([, count]) => count > 0);
  expect(counts).toEqual([[counted, 1]]);
});

test('a request of HTTP/1.0 needs no Host, and a good one is not counted', async () => {
  const listener = await listenForStrangers((_request, response) => response.end());
  onTestFinished(listener.stop);
  for (const request of ['GET / HTTP/1.0\r\n\r\n', `${GET}Connection: close\r\n\r\n`])
    expect(statusesOf(await converse(listener.port, Buffer.from(request)))).toEqual([200]);
  expect(Object.values(listener.refused()).every((count) => count === 0)).toBe(true);
});
