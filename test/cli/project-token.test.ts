/** What the command can do with the token of a project that owns or leases a node. */
import { expect, test } from 'vitest';
import { NODE } from '../api/fixtures.ts';
import { leasedNode, TOKEN_AUTH } from '../api/with-tokens.ts';
import { daemonFixture, type Ran, runNode } from './fixtures.ts';

const STEPS = [{ name: 'write_image', args: {} }];

async function tenants() {
  const { as, ...fixture } = await leasedNode(await daemonFixture(TOKEN_AUTH));
  const tokenOf = async (project: string): Promise<Record<string, string>> => {
    const { authorization } = await as('admin', project);
    return { INGOT_TOKEN: authorization.replace('Bearer ', '') };
  };
  return { ...fixture, tokenOf };
}

test.each(['blue', 'green'])('the token of %s waits for a verb, and shows the node', async (project) => {
  const { store, url, tokenOf } = await tenants();
  const env = await tokenOf(project);
  const job = await store.jobs.insert({ node_uuid: NODE, verb: 'provide', steps: STEPS });
  await store.nodes.update(NODE, { provision_state: 'cleaning', target_provision_state: 'available' });
  let ends: Promise<unknown> | null = null;
  const end = async (): Promise<void> => {
    await store.jobs.update(job.id, { status: 'done' });
    await store.nodes.update(NODE, { provision_state: 'available', target_provision_state: null });
  };
  const onErr = (): void => {
    ends ??= end();
  };
  const words = ['provide', 'rack1-07', '--wait', '--timeout', '60'];
  expect(await runNode(words, url, { env, onErr })).toMatchObject({
    code: 0,
    err: expect.stringContaining('rack1-07: cleaning: step 1 of 1, write_image'),
    out: 'rack1-07: available.\n',
  });
  await ends;
  expect(await runNode(['show', 'rack1-07'], url, { env })).toMatchObject({
    code: 0,
    out: expect.stringMatching(project === 'blue' ? /^BMC +no trouble known$/m : /^BMC +-$/m),
  });
});

test.each([
  ['blue', 'manage ended in "enroll": BMC 10.30.0.7 is silent', '`ingot node why rack1-07` tells what was'],
  ['green', 'manage ended in "enroll"\n', 'Why is for the project that owns the node, or the site'],
])(
  'the token of %s hears of a failure what it may, and is sent to what it may ask',
  async (project, said, hint) => {
    const { store, url, tokenOf } = await tenants();
    const env = await tokenOf(project);
    await store.nodes.update(NODE, { provision_state: 'enroll' });
    const ran = await runNode(['manage', 'rack1-07', '--wait'], url, { env });
    expect([ran.code, ran.err]).toEqual([1, expect.stringContaining(said)]);
    expect(ran.err).toContain(hint);
    expect(ran.err.includes('10.30.0.7')).toBe(project === 'blue');
  },
);

test.each([
  ['blue', '`ingot node why rack1-07` tells what it waits for'],
  ['green', '`ingot node watch rack1-07` tells how far it is'],
])('the token of %s is sent to what it may ask when time is over', async (project, hint) => {
  const { store, url, tokenOf } = await tenants();
  const env = await tokenOf(project);
  await store.jobs.insert({ node_uuid: NODE, verb: 'provide', steps: STEPS });
  await store.nodes.update(NODE, { provision_state: 'cleaning', target_provision_state: 'available' });
  const ran = await runNode(['provide', 'rack1-07', '--wait', '--timeout', '1'], url, { env });
  expect(ran.err).toContain(hint);
});

function watching(url: string, env: Record<string, string>) {
  const stopper = new AbortController();
  let ran = '';
  const done: Promise<Ran> = runNode(['watch', 'rack1-07'], url, {
    env,
    signal: stopper.signal,
    onErr: (text) => {
      ran += text;
    },
    onOut: (text) => {
      ran += text;
    },
  });
  return {
    said: () => ran,
    stop: async (): Promise<number> => {
      stopper.abort();
      return (await done).code;
    },
  };
}

test('the owner watches the events of the node', async () => {
  const { store, url, tokenOf } = await tenants();
  const watch = watching(url, await tokenOf('blue'));
  await expect
    .poll(
      async () => {
        await store.events.append({ node_uuid: NODE, kind: 'machine.log', message: 'hello' });
        return watch.said();
      },
      { timeout: 10_000 },
    )
    .toContain('rack1-07  hello');
  expect(await watch.stop()).toBe(0);
});

test('a lessee, whose the events are not, watches states and the job', async () => {
  const { store, url, tokenOf } = await tenants();
  await store.jobs.insert({ node_uuid: NODE, verb: 'active', steps: STEPS });
  const watch = watching(url, await tokenOf('green'));
  await expect.poll(watch.said, { timeout: 10_000 }).toContain('step 1 of 1, write_image');
  await expect.poll(watch.said, { timeout: 10_000 }).toContain('Its events are for the project that owns');
  await store.nodes.update(NODE, { provision_state: 'active', power_state: 'power on' });
  await expect.poll(watch.said, { timeout: 10_000 }).toContain('rack1-07  active, power on\n');
  expect(await watch.stop()).toBe(0);
});
