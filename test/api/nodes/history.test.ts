import { expect, test } from 'vitest';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';

const HISTORY = `/v1/nodes/${NODE}/history`;

async function withEvents() {
  const fixture = await apiFixture();
  await fixture.store.nodes.insert(aNode());
  const { append } = fixture.store.events;
  await append({ node_uuid: NODE, kind: 'state.changed', message: 'From "enroll" to "verifying".' });
  await append({ node_uuid: null, kind: 'dhcp.ack', message: 'somebody else' });
  await append({ node_uuid: NODE, kind: 'agent.heartbeat', severity: 'debug', message: 'Heartbeat.' });
  await append({ node_uuid: NODE, kind: 'job.failed', severity: 'error', message: 'x'.repeat(300) });
  return fixture;
}

test('the history has the node’s events in order, without what is only for debugging', async () => {
  const { ask } = await withEvents();
  const { history } = (await ask('GET', HISTORY)).body;
  expect(history.map((entry: { event: string }) => entry.event)).toEqual([
    'From "enroll" to "verifying".',
    `${'x'.repeat(251)}...`,
  ]);
  expect(history[1]).toMatchObject({ severity: 'ERROR', uuid: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  expect(history[1]).not.toHaveProperty('event_type');
});

test('details tell the kind and the whole text; one entry is found by its uuid', async () => {
  const { ask } = await withEvents();
  const { history } = (await ask('GET', `${HISTORY}?detail=True`)).body;
  expect(history[0]).toMatchObject({ event_type: 'transition', conductor: 'ingot' });
  expect(history[1].event).toHaveLength(300);
  expect((await ask('GET', `${HISTORY}/${history[1].uuid}`)).body).toEqual(history[1]);
});

test('pages follow one another', async () => {
  const { ask } = await withEvents();
  const first = (await ask('GET', `${HISTORY}?limit=1`)).body;
  expect(first.history).toHaveLength(1);
  const { pathname, search } = new URL(first.next);
  const second = (await ask('GET', `${pathname}${search}`)).body;
  expect(second.history.map((entry: { severity: string }) => entry.severity)).toEqual(['ERROR']);
});

test.each(['00000000-0000-4000-8000-00000000ffff', '9174949b-0daa-4f6f-90a7-b8c9b114028d', 'junk'])(
  'the entry %s is not there',
  async (uuid) => {
    const { ask } = await withEvents();
    const answer = await ask('GET', `${HISTORY}/${uuid}`);
    expect(answer.status).toBe(404);
    expect(fault(answer)).toBe(`Node history record ${uuid} could not be found.`);
  },
);

test('the one conductor is this daemon', async () => {
  const { ask } = await withEvents();
  const { conductors } = (await ask('GET', '/v1/conductors')).body;
  expect(conductors).toEqual([
    { hostname: 'ingot', conductor_group: '', alive: true, links: expect.any(Array) },
  ]);
  expect((await ask('GET', '/v1/conductors/ingot')).body.drivers).toContain('redfish');
  expect((await ask('GET', '/v1/conductors/other')).status).toBe(404);
  expect((await ask('GET', '/v1/conductors', { version: '1.48' })).status).toBe(404);
});

test.each(['bios', 'firmware', 'vifs'])('%s is an empty list', async (part) => {
  const { ask } = await withEvents();
  expect((await ask('GET', `/v1/nodes/${NODE}/${part}`)).body).toEqual({ [part]: [] });
});
