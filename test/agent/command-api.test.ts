import { describe, expect, it } from 'vitest';
import { AgentError } from '../../src/agent/base/agent-error.ts';
import { cleanCommands } from '../../src/agent/extensions/clean.ts';
import { deployCommands } from '../../src/agent/extensions/deploy.ts';
import { createDeployedDisk } from '../../src/agent/extensions/deployed-disk.ts';
import { imageCommands } from '../../src/agent/extensions/image.ts';
import { standbyCommands } from '../../src/agent/extensions/standby.ts';
import { MANAGER_VERSION } from '../../src/agent/extensions/steps.ts';
import type { CommandObject } from '../../src/agent/protocol.ts';
import { type ApiAnswer, answerRequest } from '../../src/agent/serve/command-api.ts';
import { CommandBook, type CommandTable } from '../../src/agent/serve/command-book.ts';
import recorded from './fixtures/ironic-29-commands.json' with { type: 'json' };
import { silentPrograms, testMachine } from './support/machine.ts';

type Desk = {
  readonly call: (method: string, target: string, body?: object | string) => Promise<ApiAnswer>;
  readonly ended: readonly CommandObject[];
  readonly said: () => readonly string[];
};

function desk(more: CommandTable = {}): Desk {
  const machine = testMachine({ run: silentPrograms().run });
  const deployed = createDeployedDisk(machine.runDir);
  const ended: CommandObject[] = [];
  let ids = 0;
  const commands = {
    ...cleanCommands(machine),
    ...deployCommands(machine, deployed),
    ...standbyCommands(machine),
    ...imageCommands(machine, deployed),
    ...more,
  };
  const newId = (): string => `id-${++ids}`;
  const book = new CommandBook({
    commands,
    say: machine.say,
    newId,
    onEnd: (command) => ended.push(command),
  });
  const options = { book, token: () => 'TOKEN', version: '11.0.0', startedAt: 0 };
  return {
    call: (method, target, body = '') =>
      answerRequest(
        { method, target, readBody: async () => (typeof body === 'string' ? body : JSON.stringify(body)) },
        options,
      ),
    ended,
    said: machine.said,
  };
}

const RUN = '/v1/commands/?wait=false&agent_token=TOKEN';
const LIST = '/v1/commands/?agent_token=TOKEN';

/** A command that runs until it is told to end. */
function slowCommand(): { readonly table: CommandTable; readonly end: () => void } {
  let end = (): void => undefined;
  const ending = new Promise<void>((resolve) => {
    end = resolve;
  });
  const run: CommandTable[string]['run'] = async (_, { onProgress }) => {
    onProgress(512, 1024);
    await ending;
    return { slow_result: {} };
  };
  return { table: { 'test.slow': { mode: 'async', run } }, end: () => end() };
}

describe('a conversation recorded from Ironic 29', () => {
  it('gets answers of the same shape to every call', async () => {
    const { call } = desk();
    for (const exchange of recorded) {
      const body = JSON.parse(
        JSON.stringify(exchange.body ?? '').replaceAll(
          '"fake_hardware_manager"',
          '"generic_hardware_manager"',
        ),
      );
      const answer = await call(exchange.method, exchange.path, body);
      expect(answer.status).toBe(exchange.status);
      if (exchange.method === 'POST') {
        const { id: _, command_result: result, ...rest } = exchange.reply as CommandObject;
        expect(answer.body).toMatchObject(rest);
        expect(Object.keys(answer.body)).toEqual(Object.keys(exchange.reply));
        for (const kind of ['clean_steps', 'deploy_steps'].filter((one) => one in (result ?? {}))) {
          const offered = Object.entries(result?.[kind] as Record<string, object[]>);
          for (const [manager, steps] of offered) {
            // Ours may have more of them, and say more of each.
            const known = steps.map((step) => expect.objectContaining(step));
            expect(answer.body).toHaveProperty(
              `command_result.${kind}.${manager}`,
              expect.arrayContaining(known),
            );
          }
        }
      }
      await call('GET', '/v1/commands/id-2?wait=true&agent_token=TOKEN');
    }
  });

  it('has a finished clean step with the step that was asked for', async () => {
    const { call } = desk();
    const step = {
      step: 'erase_devices_metadata',
      priority: 99,
      interface: 'deploy',
      reboot_requested: false,
      abortable: true,
      requires_ramdisk: true,
    };
    const body = {
      name: 'clean.execute_clean_step',
      params: { step, node: {}, ports: [], clean_version: MANAGER_VERSION },
    };
    await call('POST', '/v1/commands/?wait=true&agent_token=TOKEN', body);
    expect((await call('GET', LIST)).body).toEqual({
      commands: [
        {
          id: 'id-1',
          command_name: 'execute_clean_step',
          command_status: 'SUCCEEDED',
          command_error: null,
          command_result: { clean_result: {}, clean_step: step },
        },
      ],
    });
  });
});

describe('the command API', () => {
  it.each([
    ['GET', '/v1/commands/'],
    ['GET', '/v1/commands/?agent_token=WRONG'],
    ['GET', '/v1/commands/id-1?agent_token='],
    ['POST', '/v1/commands/?wait=true'],
    ['POST', '/v1/commands/?wait=true&agent_token=TOKE'],
  ])('sends a stranger away: %s %s', async (method, target) => {
    const { call, ended } = desk();
    const answer = await call(method, target, { name: 'standby.power_off', params: {} });
    expect(answer).toMatchObject({ status: 401, body: { type: 'Unauthorized', code: 401 } });
    expect(answer.body).toHaveProperty(
      'faultstring',
      expect.stringMatching(/agent_token is missing or wrong/),
    );
    expect(ended).toEqual([]);
  });

  it("does not even read a stranger's body", async () => {
    const { body: _ } = await desk().call('POST', '/v1/commands/');
    const options = {
      book: new CommandBook({ commands: {}, say: () => undefined, newId: () => '1', onEnd: () => undefined }),
      token: () => 'T',
      version: '1',
      startedAt: 0,
    };
    const readBody = (): Promise<string> => Promise.reject(new Error('was read'));
    expect((await answerRequest({ method: 'POST', target: '/v1/commands', readBody }, options)).status).toBe(
      401,
    );
  });

  it('takes paths with and without the last slash', async () => {
    const { call } = desk();
    expect((await call('GET', '/v1/commands?agent_token=TOKEN')).body).toEqual({ commands: [] });
    expect((await call('GET', LIST)).body).toEqual({ commands: [] });
  });

  it('tells its status to everybody', async () => {
    expect(await desk().call('GET', '/v1/status')).toEqual({
      status: 200,
      body: { started_at: 0, version: '11.0.0' },
    });
  });

  it.each<[string, string, string, object | string, number, RegExp]>([
    ['no JSON', 'POST', RUN, '{', 400, /Missing or invalid name or params/],
    ['no params', 'POST', RUN, { name: 'standby.sync' }, 400, /Missing or invalid name or params/],
    ['params that are a list', 'POST', RUN, { name: 'standby.sync', params: [] }, 400, /Missing or invalid/],
    [
      'an unknown command',
      'POST',
      RUN,
      { name: 'clean.dance', params: {} },
      400,
      /"clean.dance" is not known; known are clean\.get_clean_steps/,
    ],
    [
      'an unknown extension',
      'POST',
      RUN,
      { name: 'iscsi.start_iscsi_target', params: {} },
      404,
      /Extension with id iscsi not found/,
    ],
    [
      'the name of a property of all objects',
      'POST',
      RUN,
      { name: 'constructor', params: {} },
      400,
      /"constructor" is not known/,
    ],
    ['an unknown id', 'GET', '/v1/commands/nope?agent_token=TOKEN', '', 404, /no command with the id nope/],
    ['an unknown path', 'GET', '/v2/commands', '', 404, /no such resource: \/v2\/commands/],
    ['another method', 'DELETE', LIST, '', 405, /DELETE is not understood/],
  ])('refuses %s', async (_, method, target, body, status, sentence) => {
    const answer = await desk().call(method, target, body);
    expect(answer.status).toBe(status);
    expect(answer.body).toHaveProperty('details', expect.stringMatching(sentence));
    expect(answer.body).toMatchObject({ faultcode: 'Client', faultstring: expect.stringMatching(sentence) });
  });

  it('takes paths without the version, as upstream’s agent does', async () => {
    const { call } = desk();
    expect((await call('GET', '/commands/?agent_token=TOKEN')).body).toEqual({ commands: [] });
    expect((await call('GET', '/status')).status).toBe(200);
  });

  it('runs one command at a time and says which one it is busy with', async () => {
    const slow = slowCommand();
    const { call } = desk(slow.table);
    await call('POST', RUN, { name: 'test.slow', params: {} });
    const answer = await call('POST', RUN, { name: 'clean.get_clean_steps', params: {} });
    expect(answer).toMatchObject({
      status: 409,
      body: { type: 'AgentIsBusy', details: expect.stringMatching(/executing command slow/) },
    });
    slow.end();
    await call('GET', '/v1/commands/id-1?wait=true&agent_token=TOKEN');
    expect((await call('POST', RUN, { name: 'clean.get_clean_steps', params: {} })).status).toBe(200);
  });

  it('shows progress while a command runs, and only then', async () => {
    const slow = slowCommand();
    const { call, ended } = desk(slow.table);
    await call('POST', RUN, { name: 'test.slow', params: {} });
    const running = await call('GET', '/v1/commands/id-1?agent_token=TOKEN');
    expect(running.body).toMatchObject({
      command_status: 'RUNNING',
      command_progress: { percent: 50, bytes_done: 512, bytes_total: 1024 },
    });
    slow.end();
    const done = await call('GET', '/v1/commands/id-1?wait=true&agent_token=TOKEN');
    expect(done.body).toEqual({
      id: 'id-1',
      command_name: 'slow',
      command_status: 'SUCCEEDED',
      command_error: null,
      command_result: { slow_result: {} },
    });
    expect(ended).toHaveLength(1);
  });

  it('shows a failed command with its error, in the log too', async () => {
    const run = (): Promise<never> => Promise.reject(new AgentError('no_device', 'no disk matches'));
    const { call, said } = desk({ 'test.fails': { mode: 'async', run } });
    const answer = await call('POST', '/v1/commands/?wait=true&agent_token=TOKEN', {
      name: 'test.fails',
      params: {},
    });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        command_status: 'FAILED',
        command_error: {
          type: 'DeviceNotFound',
          code: 404,
          message: 'No disk fits',
          details: 'no disk matches',
        },
      },
    });
    expect(said().at(-1)).toMatch(/command failed command=test.fails id=id-1 because="no disk matches"$/);
  });

  it('tells Ironic that its clean steps are from another agent', async () => {
    const params = {
      step: { step: 'erase_devices_metadata' },
      clean_version: { generic_hardware_manager: '0.9' },
    };
    const answer = await desk().call('POST', '/v1/commands/?wait=true&agent_token=TOKEN', {
      name: 'clean.execute_clean_step',
      params,
    });
    expect(answer.body).toMatchObject({ command_status: 'CLEAN_VERSION_MISMATCH' });
  });

  it('forgets the oldest of more than a hundred commands', async () => {
    const { call } = desk();
    for (let n = 0; n < 105; n += 1)
      await call('POST', RUN, { name: 'standby.get_partition_uuids', params: {} });
    const { body } = await call('GET', LIST);
    expect(body).toHaveProperty('commands.length', 100);
    expect(body).toHaveProperty('commands.0.id', 'id-6');
  });
});
