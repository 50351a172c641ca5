import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { OpenSession, SessionBook } from '../../src/bmc/redfish/session-book.ts';
import { bench, client, errorOf } from './bench.ts';
import { EXPIRED, GOOD, LEAF_KEY, OTHER_NAME, SELF_SIGNED, TEST_CA } from './certificates.ts';
import { complaint, type Seen } from './fake-bmc.ts';

const logins = (seen: readonly Seen[]): number =>
  seen.filter(({ method, path }) => method === 'POST' && path.endsWith('/Sessions')).length;

describe('logging in to a BMC', () => {
  test('one session serves all calls and is given back on close', async () => {
    const { fake, bmc } = await bench();
    await bmc.power();
    await bmc.power();
    expect(logins(fake.seen)).toBe(1);
    expect(fake.state.sessions.size).toBe(1);
    await bmc.close();
    expect(fake.state.sessions.size).toBe(0);
    expect(fake.state.loggedOut).toBe(1);
  });

  test('calls made at once share one login', async () => {
    const { fake, bmc } = await bench();
    await Promise.all([bmc.power(), bmc.power(), bmc.power()]);
    expect(logins(fake.seen)).toBe(1);
  });

  test('every request says what it accepts, and which OData version it speaks', async () => {
    const { fake, bmc } = await bench();
    await bmc.powerOn();
    for (const { headers } of fake.seen)
      expect(headers).toMatchObject({ accept: 'application/json', 'odata-version': '4.0' });
  });

  test('an expired session is renewed once, and the call goes on', async () => {
    const { fake, bmc } = await bench();
    await bmc.power();
    fake.state.sessions.clear();
    expect(await bmc.power()).toBe('off');
    expect(logins(fake.seen)).toBe(2);
  });

  test('a wrong password is said so, once, without the password', async () => {
    const { fake, bmc } = await bench({ info: { redfish_password: 'battery-staple' } });
    const error = await errorOf(bmc.power());
    expect(error.code).toBe('bmc_auth');
    expect(error.message).toContain('does not accept the login');
    expect(error.hint).toContain('driver_info/redfish_password');
    expect(`${error.message} ${error.hint}`).not.toContain('battery-staple');
    expect(logins(fake.seen)).toBe(1);
  });

  test('a wrong password with basic authentication is said so as well', async () => {
    const { bmc } = await bench({ info: { redfish_password: 'wrong', redfish_auth_type: 'basic' } });
    expect((await errorOf(bmc.power())).code).toBe('bmc_auth');
  });

  test.each([
    ['SessionLimitExceeded', 503],
    ['RAC0218', 503],
    ['CreateLimitReachedForResource', 400],
  ])('when all sessions are taken (%s) basic authentication stands in', async (id, status) => {
    const { fake, bmc, clock } = await bench();
    fake.fault({
      on: ({ path }) => path.endsWith('/Sessions'),
      answer: { status, body: complaint(id, 'full') },
    });
    expect(await bmc.power()).toBe('off');
    expect(logins(fake.seen)).toBe(1);
    expect(clock.slept.every((ms) => ms <= 50)).toBe(true);
  });

  test('however often the daemon is killed, the BMC has one session of it at a time', async () => {
    const { fake } = await bench();
    let earlier: OpenSession[] = [];
    for (let life = 0; life < 5; life += 1) {
      const now: OpenSession[] = [];
      const left = earlier;
      const sessions: SessionBook = {
        left: () => left,
        opened: (_key, session) => void now.push(session),
        ended: (_key, session) => void left.splice(left.indexOf(session), 1),
      };
      expect(await client({ redfish_address: fake.url }, { sessions }).bmc.power()).toBe('off');
      expect([fake.state.sessions.size, left]).toEqual([1, []]);
      earlier = now;
    }
    expect(fake.state.loggedOut).toBe(4);
  });

  test('a BMC without sessions is spoken to with basic authentication', async () => {
    const { fake, bmc } = await bench();
    fake.fault({ on: ({ path }) => path.endsWith('/Sessions'), answer: { status: 405 } });
    expect(await bmc.power()).toBe('off');
  });

  test('redfish_auth_type "session" does not fall back, and says what to do', async () => {
    const { fake, bmc } = await bench({ info: { redfish_auth_type: 'session' } });
    const body = complaint('SessionLimitExceeded', 'full');
    fake.fault({ on: ({ path }) => path.endsWith('/Sessions'), answer: { status: 503, body } });
    const error = await errorOf(bmc.power());
    expect(error.code).toBe('bmc_refused');
    expect(error.hint).toContain('redfish_auth_type');
  });

  test('a password that must be changed first is no wrong password', async () => {
    const { fake, bmc } = await bench();
    const body = complaint('PasswordChangeRequired', 'change it');
    fake.fault({ on: ({ path }) => path.includes('/Systems'), answer: { status: 403, body } });
    const error = await errorOf(bmc.power());
    expect(error.code).toBe('bmc_auth');
    expect(error.message).toContain('password of its account changed');
  });
});

describe('reaching a BMC', () => {
  test('a refused connection is tried five times with growing waits, then explained', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    const { bmc, clock } = client({ redfish_address: `http://127.0.0.1:${port}` });
    const error = await errorOf(bmc.power());
    expect(error.code).toBe('bmc_unreachable');
    expect(error.message).toBe(`BMC http://127.0.0.1:${port} refuses the connection`);
    expect(error.hint).toContain('out-of-band network');
    expect(clock.slept.filter((ms) => ms > 50)).toEqual([1000, 2000, 4000, 8000]);
  });

  test('a BMC that takes connections and never answers is unreachable, not a hang', async () => {
    const { fake, bmc } = await bench();
    fake.fault({ on: () => true, answer: 'hang' });
    const error = await errorOf(bmc.power());
    expect(error.code).toBe('bmc_unreachable');
    expect(error.message).toContain('did not answer in time');
  });

  test('closing ends a call that waits for the BMC', async () => {
    const { fake, bmc } = await bench();
    fake.fault({ on: () => true, answer: 'hang' });
    const call = errorOf(bmc.power());
    await bmc.close();
    const error = await call;
    expect(error.code).toBe('bmc_unreachable');
    expect(error.message).toContain('closed');
  });
});

describe('trusting a BMC', () => {
  const cases = [
    ['a self-signed certificate', SELF_SIGNED, true, 'self-signed certificate, which is not trusted'],
    ['a certificate of an unknown CA', GOOD, true, 'unknown CA, which is not trusted'],
    ['an expired certificate', EXPIRED, 'ca', 'has expired'],
    ['a certificate for another name', OTHER_NAME, 'ca', 'certificate for another name'],
  ] as const;
  test.each(cases)('%s is refused, with a way out', async (_name, cert, verify, sentence) => {
    const info = { redfish_verify_ca: verify === 'ca' ? await caFile(TEST_CA) : verify };
    const { fake, bmc, clock } = await bench({ info, tls: { cert, key: LEAF_KEY } });
    const error = await errorOf(bmc.power());
    expect(error.code).toBe('bmc_tls');
    expect(error.message).toContain(sentence);
    expect(error.hint).toContain('driver_info/redfish_verify_ca');
    expect(fake.seen).toEqual([]);
    expect(clock.slept).toEqual([]);
  });

  test.each([
    ['signed by the CA file', GOOD, TEST_CA],
    ['that is itself the CA file', SELF_SIGNED, SELF_SIGNED],
  ])('a certificate %s of redfish_verify_ca is accepted', async (_name, cert, ca) => {
    const { bmc } = await bench({
      info: { redfish_verify_ca: await caFile(ca) },
      tls: { cert, key: LEAF_KEY },
    });
    expect(await bmc.power()).toBe('off');
  });

  test('redfish_verify_ca may name a folder of certificates', async () => {
    const folder = join(await caFile(TEST_CA), '..');
    const { bmc } = await bench({ info: { redfish_verify_ca: folder }, tls: { cert: GOOD, key: LEAF_KEY } });
    expect(await bmc.power()).toBe('off');
  });

  test('redfish_verify_ca false does without the check', async () => {
    const { bmc } = await bench({
      info: { redfish_verify_ca: false },
      tls: { cert: EXPIRED, key: LEAF_KEY },
    });
    expect(await bmc.power()).toBe('off');
  });

  test('a CA file that is not there is said so', async () => {
    const { bmc } = await bench({
      info: { redfish_verify_ca: '/nowhere/ca.pem' },
      tls: { cert: GOOD, key: LEAF_KEY },
    });
    const error = await errorOf(bmc.power());
    expect(error.code).toBe('bmc_tls');
    expect(error.message).toContain('/nowhere/ca.pem');
  });

  test('https to a port of plain HTTP is explained', async () => {
    const { fake } = await bench();
    const { bmc } = client({ redfish_address: fake.url.replace('http:', 'https:') });
    const error = await errorOf(bmc.power());
    expect(error.code).toBe('bmc_tls');
    expect(error.message).toContain('does not speak TLS');
    expect(error.hint).toContain('http://');
  });
});

async function caFile(pem: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ingot-ca-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'ca.pem');
  await writeFile(file, pem);
  return file;
}
