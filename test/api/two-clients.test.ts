/** Two clients want one node at the same time: over HTTP, each with a token of its own. */
import { expect, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { createWorld } from '../lifecycle/fakes/world.ts';
import { type Answer, apiFixture, fault } from './fixtures.ts';

const config = configSchema.parse({ api: { auth: 'token' } });

const hint = (answer: Answer): string => JSON.parse(answer.body.error_message).hint;

test("of two clients racing for one node one wins, the other gets 409 and the holder's name", async () => {
  const gate = Promise.withResolvers<void>();
  const world = await createWorld({ deps: { hooks: { boundary: () => gate.promise } } });
  const { uuid } = await world.node();
  const { ask } = await apiFixture({
    config,
    store: world.store(),
    lifecycle: world.daemon(),
    isLocal: (request) => request.headers['x-test'] === 'socket',
  });
  const tokenOf = async (name: string): Promise<{ authorization: string }> => {
    const made = await ask('POST', '/ingot/v1/tokens', {
      body: { name, role: 'admin', project: null },
      headers: { 'x-test': 'socket' },
    });
    return { authorization: `Bearer ${made.body.token}` };
  };
  const clients = await Promise.all(
    ['alice', 'bob'].map(async (name) => ({ name, headers: await tokenOf(name) })),
  );
  const asked = await Promise.all(
    clients.map(async ({ name, headers }) => {
      const body = { target: 'manage' };
      return { name, answer: await ask('PUT', `/v1/nodes/${uuid}/states/provision`, { body, headers }) };
    }),
  );
  gate.resolve();
  const winner = asked.find(({ answer }) => answer.status === 202);
  const loser = asked.find(({ answer }) => answer.status !== 202);
  if (winner === undefined || loser === undefined) throw new Error('not one winner and one loser');
  expect([loser.answer.status, fault(loser.answer)]).toEqual([
    409,
    `Node ${uuid} is locked by host ingot, please retry after the current operation is completed.`,
  ]);
  expect(hint(loser.answer)).toMatch(
    new RegExp(`^The job "manage" \\(number \\d+\\), asked for by ${winner.name}, holds it\\. Wait until `),
  );

  await world.until(['manageable']);
  const [client] = clients;
  const { body } = await ask('GET', `/v1/nodes/${uuid}/history?detail=True`, {
    headers: client?.headers ?? {},
  });
  const users = body.history.map(({ event, user }: { event: string; user: string | null }) => [
    event.slice(0, 30),
    user,
  ]);
  expect(users).toEqual(
    expect.arrayContaining([
      ['From "enroll" to "verifying": ', winner.name],
      ['From "verifying" to "manageabl', winner.name],
      ['The job "manage" is done.', winner.name],
    ]),
  );
  expect(JSON.stringify(body)).not.toContain(loser.name);
});

test('a job remembers no asker where nobody had to log in, and who came by the Unix socket', async () => {
  for (const local of [false, true]) {
    const world = await createWorld();
    const { uuid } = await world.node();
    const { ask } = await apiFixture({
      store: world.store(),
      lifecycle: world.daemon(),
      isLocal: () => local,
    });
    const body = { target: 'manage' };
    expect((await ask('PUT', `/v1/nodes/${uuid}/states/provision`, { body })).status).toBe(202);
    expect((await world.store().jobs.lastOf(uuid))?.asked_by).toBe(local ? 'local socket' : null);
    await world.until(['manageable']);
  }
});

test('a second power request is made after the first one, and both are done', async () => {
  const world = await createWorld();
  const { uuid } = await world.node();
  await world.store().nodes.update(uuid, { provision_state: 'manageable' });
  const { ask } = await apiFixture({ store: world.store(), lifecycle: world.daemon(), clock: world.clock });
  const power = (target: string): Promise<Answer> =>
    ask('PUT', `/v1/nodes/${uuid}/states/power`, { body: { target } });
  const answers = await Promise.all([power('power on'), power('power off')]);
  expect(answers.map(({ status }) => status)).toEqual([202, 202]);
  await world.untilTrue('done', async () => (await world.store().jobs.runningOf(uuid)) === null);
  const events = await world.store().events.list({ node_uuid: uuid, kinds: ['power.requested', 'job.done'] });
  expect(events.map(({ kind }) => kind)).toEqual([
    'power.requested',
    'job.done',
    'power.requested',
    'job.done',
  ]);
});
