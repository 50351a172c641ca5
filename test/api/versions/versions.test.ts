import { expect, test } from 'vitest';
import { negotiate } from '../../../src/api/version.ts';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';

const HEADER = 'x-openstack-ironic-api-version';

test.each([
  { name: 'no header speaks 1.1', headers: {}, expected: { ok: true, minor: 1 } },
  { name: 'latest is the newest', headers: { [HEADER]: 'latest' }, expected: { ok: true, minor: 96 } },
  { name: '1.58 is 1.58', headers: { [HEADER]: '1.58' }, expected: { ok: true, minor: 58 } },
  {
    name: "the services' common header counts where Ironic's own is missing",
    headers: { 'openstack-api-version': 'compute 2.1, baremetal 1.30' },
    expected: { ok: true, minor: 30 },
  },
  {
    name: 'another service in the common header is none of our business',
    headers: { 'openstack-api-version': 'compute 2.1' },
    expected: { ok: true, minor: 1 },
  },
  {
    name: 'a version of the future is refused with the range',
    headers: { [HEADER]: '1.999' },
    expected: {
      ok: false,
      description:
        'Version 1.999 was requested but the minor version is not supported by this service. ' +
        'The supported version range is: [1.1, 1.96].',
    },
  },
  {
    name: 'nonsense is refused',
    headers: { [HEADER]: 'one' },
    expected: { ok: false, description: 'Invalid value for X-OpenStack-Ironic-API-Version header' },
  },
])('$name', ({ headers, expected }) => {
  expect(negotiate(headers)).toEqual(expected);
});

test('every answer, also an error, carries the range and the request id', async () => {
  const { ask } = await apiFixture();
  for (const url of ['/', '/v1', '/v1/nodes', '/v1/nodes/nobody', '/no/such/path', '/v1/ports?bogus=1']) {
    const { headers } = await ask('GET', url);
    expect(headers, url).toMatchObject({
      'x-openstack-ironic-api-minimum-version': '1.1',
      'x-openstack-ironic-api-maximum-version': '1.96',
      'x-openstack-ironic-api-version': '1.96',
      'openstack-request-id': expect.stringMatching(/^req-/),
    });
  }
});

test('an unsupported version is answered 406 in the routing shape, with the range in the headers', async () => {
  const { ask } = await apiFixture();
  const answer = await ask('GET', '/v1/nodes', { version: '1.999' });
  expect(answer.status).toBe(406);
  expect(answer.headers).toMatchObject({ 'x-openstack-ironic-api-maximum-version': '1.96' });
  expect(JSON.parse(answer.body.error_message)).toMatchObject({ code: 406, title: 'Not Acceptable' });
});

test('GET / answers whatever version is asked for, because an agent without it drops tokens and TLS', async () => {
  const { ask } = await apiFixture();
  expect(await ask('GET', '/', { version: '7.3' })).toMatchObject({
    status: 200,
    body: { default_version: { id: 'v1', min_version: '1.1', version: '1.96' } },
  });
});

test('a field newer than the version is hidden, and asking for it by name is not acceptable', async () => {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode());
  const old = await ask('GET', `/v1/nodes/${NODE}`, { version: '1.4' });
  expect(old.body).not.toHaveProperty('name');
  const named = await ask('GET', `/v1/nodes/${NODE}?fields=name`, { version: '1.4' });
  expect([named.status, fault(named)]).toEqual([406, 'Request not acceptable.']);
});

test('creating a node with a field newer than the version is not acceptable', async () => {
  const { ask } = await apiFixture();
  const answer = await ask('POST', '/v1/nodes', {
    body: { driver: 'redfish', owner: 'me' },
    version: '1.49',
  });
  expect([answer.status, fault(answer)]).toEqual([406, 'Request not acceptable.']);
});

test('paths work without /v1 and with a slash at the end, as with Ironic', async () => {
  const { ask } = await apiFixture();
  for (const url of ['/nodes', '/nodes/', '/v1/nodes/', '/nodes?limit=5', '/drivers']) {
    expect((await ask('GET', url)).status, url).toBe(200);
  }
});
