import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { credentials, startTestBmc, type TestBmc } from './bmc.ts';

const SYSTEM = '/redfish/v1/Systems/1';
const RESET = `${SYSTEM}/Actions/ComputerSystem.Reset`;
const basic = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;

let bmc: TestBmc;

beforeEach(async () => {
  bmc = await startTestBmc();
});

afterEach(() => bmc.server.close());

type Ask = {
  readonly method?: string;
  readonly body?: unknown;
  readonly raw?: string;
  readonly headers?: Record<string, string>;
};

async function ask(
  path: string,
  { method = 'GET', body, raw, headers = { authorization: basic } }: Ask = {},
) {
  const text = raw ?? (body === undefined ? null : JSON.stringify(body));
  const response = await fetch(bmc.server.url + path, { method, headers, body: text });
  const said = await response.text();
  const parsed: unknown =
    response.headers.get('content-type') === 'application/json' && said !== '' ? JSON.parse(said) : said;
  return { status: response.status, headers: response.headers, body: parsed };
}

const messageId = (id: string) => ({
  error: {
    code: `Base.1.13.${id}`,
    message: expect.any(String),
    '@Message.ExtendedInfo': [
      expect.objectContaining({ MessageId: `Base.1.13.${id}`, Message: expect.any(String) }),
    ],
  },
});

/** Every link below a resource, collections included. */
function linksOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === '@odata.id' && typeof inner === 'string' ? [inner] : linksOf(inner),
  );
}

describe('the emulated BMC', () => {
  it('shows its root to anybody, and only that', async () => {
    expect(await ask('/redfish', { headers: {} })).toMatchObject({
      status: 200,
      body: { v1: '/redfish/v1/' },
    });
    for (const root of ['/redfish/v1', '/redfish/v1/', '/redfish/v1/?x=1']) {
      expect(await ask(root, { headers: {} })).toMatchObject({
        status: 200,
        body: { RedfishVersion: '1.15.0' },
      });
    }
    const refused = await ask(SYSTEM, { headers: {} });
    expect(refused).toMatchObject({ status: 401, body: messageId('NoValidSession') });
    expect(refused.headers.get('www-authenticate')).toMatch(/^Basic/);
    // Nor does it tell a stranger what exists.
    expect((await ask('/redfish/v1/Moon', { headers: {} })).status).toBe(401);
  });

  const secureBoot = `${SYSTEM}/SecureBoot`;
  it('takes SecureBootEnable and nothing else of Secure Boot', async () => {
    const switched = await ask(secureBoot, { method: 'PATCH', body: { SecureBootEnable: true } });
    expect(switched).toMatchObject({ status: 200, body: { SecureBootEnable: true } });
    const wrong = [
      { body: {}, id: 'PropertyMissing' },
      { body: { SecureBootEnable: 'yes' }, id: 'PropertyValueTypeError' },
      { body: { SecureBootMode: 'SetupMode' }, id: 'PropertyNotWritable' },
      { body: { Colour: 'red' }, id: 'PropertyUnknown' },
    ];
    for (const { body, id } of wrong)
      expect(await ask(secureBoot, { method: 'PATCH', body })).toMatchObject({
        status: 400,
        body: messageId(id),
      });
    expect(await ask(secureBoot)).toMatchObject({ body: { SecureBootEnable: true } });
  });

  it('has no dangling link: every one leads to a resource of that id', async () => {
    const seen = new Set<string>();
    const left = ['/redfish/v1/'];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      const found = await ask(next);
      expect(found, next).toMatchObject({ status: 200, body: { '@odata.id': next } });
      left.push(...linksOf(found.body));
    }
    expect([...seen]).toEqual(
      expect.arrayContaining([SYSTEM, '/redfish/v1/Managers/1', '/redfish/v1/Chassis/1']),
    );
  });

  it('shows the machine: power, boot with allowed values, identity, NICs', async () => {
    const found = await ask(SYSTEM);
    expect(found.body).toMatchObject({
      PowerState: 'Off',
      Manufacturer: 'Ingot',
      SerialNumber: 'LAB0001',
      ProcessorSummary: { Count: 1 },
      MemorySummary: { TotalSystemMemoryGiB: 2 },
      Boot: {
        BootSourceOverrideEnabled: 'Disabled',
        BootSourceOverrideMode: 'Legacy',
        'BootSourceOverrideTarget@Redfish.AllowableValues': ['None', 'Pxe', 'UefiHttp', 'Hdd'],
      },
      Actions: { '#ComputerSystem.Reset': { target: RESET } },
    });
    expect((await ask(`${SYSTEM}/EthernetInterfaces/NIC1`)).body).toMatchObject({
      MACAddress: '52:54:00:20:00:01',
    });
  });

  it('opens a session with a token, ends it on logout, and refuses wrong credentials', async () => {
    const sessions = '/redfish/v1/SessionService/Sessions';
    const login = (Password: string) =>
      ask(sessions, { method: 'POST', headers: {}, body: { UserName: credentials.username, Password } });
    expect(await login('wrong')).toMatchObject({ status: 401, body: messageId('ResourceAtUriUnauthorized') });
    const opened = await login(credentials.password);
    expect(opened.status).toBe(201);
    const headers = { 'x-auth-token': opened.headers.get('x-auth-token') ?? '' };
    const location = opened.headers.get('location') ?? '';
    expect((await ask(SYSTEM, { headers })).status).toBe(200);
    expect((await ask(location, { method: 'DELETE', headers })).status).toBe(204);
    expect((await ask(SYSTEM, { headers })).status).toBe(401);
    expect(JSON.stringify(opened.body)).not.toContain(credentials.password);
  });

  it('has a bounded number of sessions, and takes idle ones back', async () => {
    await bmc.server.close();
    let now = 0;
    bmc = await startTestBmc({
      clock: { now: () => now, elapsed: () => now, sleep: () => Promise.resolve() },
    });
    const body = { UserName: credentials.username, Password: credentials.password };
    const login = () => ask('/redfish/v1/SessionService/Sessions', { method: 'POST', headers: {}, body });
    for (let at = 0; at < 16; at++) expect((await login()).status).toBe(201);
    expect(await login()).toMatchObject({ status: 503, body: messageId('SessionLimitExceeded') });
    now += 1801 * 1000;
    expect((await login()).status).toBe(201);
  });

  const resets = [
    { from: 'Off', type: 'On', changes: ['on'] },
    { from: 'On', type: 'On', changes: [] },
    { from: 'On', type: 'ForceOff', changes: ['off'] },
    { from: 'Off', type: 'ForceOff', changes: [] },
    { from: 'On', type: 'GracefulShutdown', changes: ['off'] },
    { from: 'On', type: 'ForceRestart', changes: ['off', 'on'] },
    { from: 'Off', type: 'ForceRestart', changes: ['on'] },
    { from: 'On', type: 'PowerCycle', changes: ['off', 'on'] },
    { from: 'On', type: 'GracefulRestart', changes: ['off', 'on'] },
  ];
  it.each(resets)(
    '$type of a machine that is $from makes it go $changes',
    async ({ from, type, changes }) => {
      if (from === 'On') await bmc.machine.on();
      bmc.changes.length = 0;
      expect((await ask(RESET, { method: 'POST', body: { ResetType: type } })).status).toBe(204);
      await expect.poll(() => bmc.changes.map((change) => change.power)).toEqual(changes);
    },
  );

  it('boots once as told, and in its usual order after that', async () => {
    const Boot = {
      BootSourceOverrideEnabled: 'Once',
      BootSourceOverrideTarget: 'Pxe',
      BootSourceOverrideMode: 'UEFI',
    };
    const patched = await ask(SYSTEM, { method: 'PATCH', body: { Boot } });
    expect(patched).toMatchObject({ status: 200, body: { Boot } });
    for (const ResetType of ['On', 'ForceRestart']) await ask(RESET, { method: 'POST', body: { ResetType } });
    expect(bmc.changes).toEqual([
      { power: 'on', boots: 'pxe', mode: 'UEFI' },
      { power: 'off', cause: 'forced' },
      { power: 'on', boots: 'disk', mode: 'UEFI' },
    ]);
  });

  it('takes a PATCH with the ETag of what is there, and no other', async () => {
    const etag = (await ask(SYSTEM)).headers.get('etag') ?? '';
    const body = { Boot: { BootSourceOverrideEnabled: 'Once', BootSourceOverrideTarget: 'Hdd' } };
    const patch = (ifMatch: string) =>
      ask(SYSTEM, { method: 'PATCH', body, headers: { authorization: basic, 'if-match': ifMatch } });
    expect(etag).toMatch(/^"[0-9a-f]{16}"$/);
    const first = await patch(etag);
    expect(first.status).toBe(200);
    expect(first.headers.get('etag')).not.toBe(etag);
    expect(await patch(etag)).toMatchObject({ status: 412, body: messageId('PreconditionFailed') });
    expect((await patch(`"old", ${first.headers.get('etag')}`)).status).toBe(200);
    expect((await patch('*')).status).toBe(200);
  });

  const mistakes: readonly { what: string; path: string; ask: Ask; status: number; id: string }[] = [
    { what: 'an unknown path', path: '/redfish/v1/Moon', ask: {}, status: 404, id: 'ResourceMissingAtURI' },
    {
      what: 'an unknown system',
      path: '/redfish/v1/Systems/2',
      ask: {},
      status: 404,
      id: 'ResourceMissingAtURI',
    },
    {
      what: 'an unknown NIC',
      path: `${SYSTEM}/EthernetInterfaces/9`,
      ask: {},
      status: 404,
      id: 'ResourceMissingAtURI',
    },
    {
      what: 'a wrong method',
      path: SYSTEM,
      ask: { method: 'DELETE' },
      status: 405,
      id: 'OperationNotAllowed',
    },
    {
      what: 'an unheard-of method',
      path: SYSTEM,
      ask: { method: 'PROPFIND' },
      status: 405,
      id: 'OperationNotAllowed',
    },
    {
      what: 'broken JSON',
      path: SYSTEM,
      ask: { method: 'PATCH', raw: '{"Boot"' },
      status: 400,
      id: 'MalformedJSON',
    },
    {
      what: 'JSON that is no object',
      path: SYSTEM,
      ask: { method: 'PATCH', raw: '[]' },
      status: 400,
      id: 'MalformedJSON',
    },
    {
      what: 'a huge body',
      path: SYSTEM,
      ask: { method: 'PATCH', raw: 'x'.repeat(70_000) },
      status: 413,
      id: 'PayloadTooLarge',
    },
    {
      what: 'a reset without type',
      path: RESET,
      ask: { method: 'POST', body: {} },
      status: 400,
      id: 'ActionParameterMissing',
    },
    {
      what: 'an unknown reset',
      path: RESET,
      ask: { method: 'POST', body: { ResetType: 'Explode' } },
      status: 400,
      id: 'ActionParameterValueNotInList',
    },
    {
      what: 'a strange parameter',
      path: RESET,
      ask: { method: 'POST', body: { Force: 1 } },
      status: 400,
      id: 'ActionParameterUnknown',
    },
    {
      what: 'a wrong password',
      path: SYSTEM,
      ask: { headers: { authorization: `Basic ${btoa('admin:x')}` } },
      status: 401,
      id: 'ResourceAtUriUnauthorized',
    },
    {
      what: 'an unknown scheme',
      path: SYSTEM,
      ask: { headers: { authorization: 'Bearer x' } },
      status: 401,
      id: 'ResourceAtUriUnauthorized',
    },
    {
      what: 'an unknown token',
      path: SYSTEM,
      ask: { headers: { 'x-auth-token': 'x' } },
      status: 401,
      id: 'NoValidSession',
    },
  ];
  it.each(mistakes)('answers $what with $status $id', async ({ path, ask: asked, status, id }) => {
    expect(await ask(path, asked)).toMatchObject({ status, body: messageId(id) });
    expect(bmc.changes).toEqual([]);
  });

  it('names the methods that a resource takes', async () => {
    expect((await ask(SYSTEM, { method: 'DELETE' })).headers.get('allow')).toBe('GET, PATCH');
  });

  it('answers 500 with the reason when the machine behind it fails', async () => {
    await bmc.server.close();
    bmc = await startTestBmc({ fails: 'no current' });
    const answer = await ask(RESET, { method: 'POST', body: { ResetType: 'On' } });
    expect(answer).toMatchObject({ status: 500, body: messageId('InternalError') });
    expect(JSON.stringify(answer.body)).toContain('no current');
  });
});
