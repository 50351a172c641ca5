import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import { describe, expect, it } from 'vitest';
import { createHttpClient } from '../../src/agent/base/http.ts';
import { EXPIRED, GOOD, LEAF_KEY, OTHER_NAME, SELF_SIGNED, TEST_CA } from '../bmc/certificates.ts';
import { serveInTest } from '../rig/serve-in-test.ts';

const fingerprintOf = (pem: string): string =>
  new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();

/** A server with that chain, and the paths that it was asked for. */
async function serve(...chain: readonly string[]): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer({ key: LEAF_KEY, cert: chain.join('\n') }, (request, response) => {
    asked.push(request.url ?? '');
    response.end('answered');
  });
  const port = await serveInTest(server);
  return { url: `https://127.0.0.1:${port}`, asked };
}

describe('a client that knows only a fingerprint of its server', () => {
  it.each([
    ['the authority that is sent along', [GOOD, TEST_CA], TEST_CA],
    ['the authority, though the clock says that the certificate has ended', [EXPIRED, TEST_CA], TEST_CA],
    ['the certificate itself', [SELF_SIGNED], SELF_SIGNED],
    ['the certificate itself, whatever name it has', [OTHER_NAME], OTHER_NAME],
  ])('talks where it meets %s', async (_what, chain, pinned) => {
    const { url, asked } = await serve(...chain);
    const fingerprint = fingerprintOf(pinned);
    const client = createHttpClient({
      insecure: false,
      pinned: { fingerprint, origins: new Set([url]) },
    });
    const answer = await client.exchange({ method: 'POST', url: `${url}/secret`, body: 'token' });
    expect(answer).toMatchObject({ status: 200, body: 'answered', localAddress: '127.0.0.1' });
    expect(asked).toEqual(['/secret']);
  });

  it.each([
    ['does not send it along', [GOOD], TEST_CA],
    ['sends it along and is not of it', [SELF_SIGNED, TEST_CA], TEST_CA],
    ['has a certificate of it for somebody else', [OTHER_NAME, TEST_CA], TEST_CA],
    ['has another certificate', [GOOD, TEST_CA], SELF_SIGNED],
  ])(
    'says no byte to one that %s, not even where any certificate will do elsewhere',
    async (_what, chain, pinned) => {
      const { url, asked } = await serve(...chain);
      const fingerprint = fingerprintOf(pinned);
      const client = createHttpClient({ insecure: true, pinned: { fingerprint, origins: new Set([url]) } });
      await expect(client.exchange({ method: 'POST', url: `${url}/secret`, body: 'token' })).rejects.toThrow(
        'is not the server that this machine was booted by',
      );
      expect(asked).toEqual([]);
      const elsewhere = createHttpClient({ insecure: true, pinned: { fingerprint, origins: new Set() } });
      expect((await elsewhere.exchange({ method: 'GET', url: `${url}/image` })).status).toBe(200);
    },
  );
});
