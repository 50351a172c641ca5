/** Which writes the job of a node holds up, and when: as Ironic's lock, which is free while the agent works. */
import { expect, test } from 'vitest';
import type { ProvisionState } from '../../src/store/words.ts';
import { type Answer, aNode, apiFixture, fault, NODE } from './fixtures.ts';

type Write = (made: {
  readonly port: string;
  readonly group: string;
  readonly target: string;
}) => readonly ['PUT' | 'PATCH' | 'DELETE', string, unknown?];

const CHANGED = [{ op: 'add', path: '/extra/rack', value: '7' }];

const WRITES: Readonly<Record<string, Write>> = {
  'a changed port': ({ port }) => ['PATCH', `/v1/ports/${port}`, CHANGED],
  'a removed port': ({ port }) => ['DELETE', `/v1/ports/${port}`],
  'a changed portgroup': ({ group }) => ['PATCH', `/v1/portgroups/${group}`, CHANGED],
  'a removed portgroup': ({ group }) => ['DELETE', `/v1/portgroups/${group}`],
  'other traits': () => ['PUT', `/v1/nodes/${NODE}/traits`, { traits: ['CUSTOM_GPU'] }],
  'a changed volume': ({ target }) => ['PATCH', `/v1/volume/targets/${target}`, CHANGED],
  'a removed volume': ({ target }) => ['DELETE', `/v1/volume/targets/${target}`],
};

/** The answer while a job of the node is there, in that state and waiting for that. */
async function written(
  write: Write,
  { state, waitingFor }: { readonly state: ProvisionState; readonly waitingFor: string | null },
): Promise<Answer> {
  const { ask, store } = await apiFixture();
  await store.nodes.insert(aNode({ power_state: 'power off', provision_state: state }));
  const made = async (path: string, body: object): Promise<string> =>
    (await ask('POST', path, { body: { node_uuid: NODE, ...body } })).body.uuid;
  const port = await made('/v1/ports', { address: '52:54:00:00:00:01' });
  const group = await made('/v1/portgroups', { name: 'bond' });
  const volume = { volume_type: 'iscsi', boot_index: 0, volume_id: 'vol-1' };
  const target = await made('/v1/volume/targets', volume);
  const steps = [{ name: 'execute-clean-step', args: {} }];
  const job = await store.jobs.insert({ node_uuid: NODE, verb: 'clean', steps });
  await store.jobs.update(job.id, { waiting_for: waitingFor });
  const [method, path, body] = write({ port, group, target });
  return await ask(method, path, { body });
}

test.each(Object.entries(WRITES))('%s waits for a job that is at work', async (_what, write) => {
  for (const at of [
    { state: 'cleaning', waitingFor: null },
    { state: 'cleaning', waitingFor: 'the BMC to show the machine as on' },
    { state: 'clean wait', waitingFor: null },
  ] as const) {
    const answer = await written(write, at);
    expect([answer.status, fault(answer)]).toEqual([409, expect.stringContaining('is locked by host ingot')]);
  }
});

test.each(Object.entries(WRITES))('%s is taken while the job waits for the agent', async (_what, write) => {
  for (const state of ['clean wait', 'inspect wait'] as const)
    expect((await written(write, { state, waitingFor: 'the agent' })).status).toBeLessThan(300);
});

test('a node is not removed while its job waits', async () => {
  const remove: Write = () => ['DELETE', `/v1/nodes/${NODE}`];
  const answer = await written(remove, { state: 'inspect wait', waitingFor: 'the agent' });
  expect(answer.status).toBe(409);
});

test('a NIC joins a group in `inspect wait`', async () => {
  const join: Write = ({ port, group }) => [
    'PATCH',
    `/v1/ports/${port}`,
    [{ op: 'add', path: '/portgroup_uuid', value: group }],
  ];
  expect((await written(join, { state: 'inspect wait', waitingFor: 'the agent' })).status).toBe(200);
  expect((await written(join, { state: 'clean wait', waitingFor: 'the agent' })).status).toBe(409);
});

test('an unknown action hears of the lock first', async () => {
  const fly: Write = () => ['PUT', `/v1/nodes/${NODE}/states/provision`, { target: 'fly' }];
  const busy = await written(fly, { state: 'cleaning', waitingFor: null });
  expect([busy.status, fault(busy)]).toEqual([409, expect.stringContaining('is locked by host ingot')]);
  const waits = await written(fly, { state: 'clean wait', waitingFor: 'the agent' });
  expect([waits.status, fault(waits)]).toEqual([400, expect.stringContaining('"fly" can not be performed')]);
});
