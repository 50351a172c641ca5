/** Config drives that their users have packed: checked, and handed to the agent as they are. */
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { IngotError } from '../../../src/errors.ts';
import type { AgentClient } from '../../../src/lifecycle/agents/agent-client.ts';
import { checkPackedDrive } from '../../../src/lifecycle/deploy/packed-drive.ts';
import { createWorld, DEPLOYABLE, type World } from '../fakes/world.ts';

const MIB = 1024 ** 2;
const packed = (content: Buffer): string => gzipSync(content).toString('base64');
const DRIVE = packed(Buffer.from('a volume'));

/** Deploys with the drive; `texts` are what its URL gives, one after the other. */
async function deploy(configdrive: string, texts: readonly (string | Error)[] = []) {
  const orders: AgentRun[] = [];
  const fetched: string[] = [];
  const world: World = await createWorld({
    deps: {
      buildConfigDrive: () => Promise.reject(new Error('nothing of ours is put in')),
      fetchConfigDrive: async (url) => {
        const text = texts[fetched.push(url) - 1];
        if (text === undefined || text instanceof Error) throw text ?? new Error('asked too often');
        return text;
      },
      connectAgent: ({ token }) => {
        const agent = world.machines[0]?.agent(token);
        if (agent === undefined) throw new Error('no machine');
        const run: AgentClient['run'] = (order) => {
          orders.push(order);
          return agent.run(order);
        };
        return { ...agent, run };
      },
    },
  });
  const uuid = world.machines[0]?.uuid ?? '';
  await world.store().nodes.update(uuid, { provision_state: 'available', instance_info: DEPLOYABLE });
  await world.daemon().requestVerb(uuid, { verb: 'active', configdrive });
  return { node: await world.until(['active', 'deploy failed']), orders, fetched };
}

type AgentRun = Parameters<AgentClient['run']>[0];
const EXECUTE = 'deploy.execute_deploy_step';
const writtenIn = (orders: readonly AgentRun[]) => orders.filter(({ name }) => name === EXECUTE);
const write = (configdrive: string) => ({
  name: EXECUTE,
  params: { step: { step: 'write_image', args: { configdrive } } },
});

describe('a packed config drive', () => {
  test('goes to the agent as it is', async () => {
    const { node, orders } = await deploy(DRIVE);
    expect(node.provision_state).toBe('active');
    expect(writtenIn(orders)).toMatchObject([write(DRIVE)]);
  });

  test('at a URL is fetched when the image is written, again after a failure that may pass', async () => {
    const url = 'http://drives/n1';
    const away = new IngotError('image_unreachable', 'the config drive: nobody is there', { hint: '' });
    const { node, orders, fetched } = await deploy(url, [away, `${DRIVE}\n`]);
    expect(node).toMatchObject({ provision_state: 'active', instance_info: { configdrive: url } });
    expect(fetched).toEqual([url, url]);
    expect(writtenIn(orders)).toMatchObject([write(DRIVE)]);
  });

  test.each([
    ['a web page', '<html>', 'it is neither a JSON, nor a URL, nor a base64 string'],
    ['nothing', '', 'its base64 holds no gzip file'],
    ['half of it', DRIVE.slice(0, 20), 'it cannot be unpacked'],
  ])('whose URL gives %s fails the deployment with a sentence', async (_, text, because) => {
    const { node } = await deploy('http://drives/n1', [text]);
    expect(node.provision_state).toBe('deploy failed');
    expect(node.last_error).toContain(because);
  });
});

test('two drives at URLs are in memory at once at most, and a slow one holds up nobody whose drive is not at a URL', async () => {
  const { promise: answered, resolve: answer } = Promise.withResolvers<string>();
  let [now, most] = [0, 0];
  const world = await createWorld({
    machines: 5,
    deps: {
      fetchConfigDrive: async () => {
        most = Math.max(most, ++now);
        const text = await answered;
        now--;
        return text;
      },
    },
  });
  for (const [index, { uuid }] of world.machines.entries()) {
    await world.store().nodes.update(uuid, { provision_state: 'available', instance_info: DEPLOYABLE });
    const configdrive = index === 4 ? { user_data: 'x' } : `http://drives/${index}`;
    await world.daemon().requestVerb(uuid, { verb: 'active', configdrive });
  }
  expect(await world.until(['active'], world.machines[4])).toMatchObject({ last_error: null });
  await world.untilTrue('two are fetched', async () => now === 2);
  answer(DRIVE);
  for (const machine of world.machines) await world.until(['active'], machine);
  expect(most).toBe(2);
});

test.each([
  ['of no bytes', packed(Buffer.alloc(0))],
  ['of lines', packed(randomBytes(200)).replaceAll(/.{76}/g, '$&\n')],
  ['of many lines and pieces', packed(randomBytes(MIB)).replaceAll(/.{76}/g, '$&\r\n')],
  ['of many pieces', packed(randomBytes(2 * MIB))],
  ['of 64 MiB', packed(Buffer.alloc(64 * MIB))],
])('a drive %s is taken', async (_, text) => {
  await expect(checkPackedDrive(text)).resolves.toBeUndefined();
});

test('a drive of more than 64 MiB is refused, however small it came', async () => {
  const failure = await checkPackedDrive(packed(Buffer.alloc(65 * MIB))).catch((thrown: unknown) => thrown);
  expect(failure).toMatchObject({ code: 'too_large', message: expect.stringContaining('more than 64 MiB') });
});

test('a drive of more than 4 MiB of text is refused, whatever is in it', async () => {
  const failure = await checkPackedDrive(packed(randomBytes(3 * MIB))).catch((thrown: unknown) => thrown);
  const message = 'The text of the packed config drive is longer than 4 MiB';
  expect(failure).toMatchObject({ code: 'too_large', message });
});

test('what is wrong with a drive is told without what is in it', async () => {
  const spoiled = packed(randomBytes(10_000)).replace(/^(.{5000}).{8}/, '$1AAAAAAAA');
  const failure = await checkPackedDrive(spoiled).catch((thrown: unknown) => thrown);
  expect(failure).toMatchObject({
    code: 'invalid_input',
    message: 'The config drive cannot be used: it cannot be unpacked',
  });
});
