/**
 * An agent that behaves as OpenStack's ironic-python-agent does, in its words on the wire and in its limits: one
 * command at a time, arguments by name, paths with their last slash, an agent that ends with `finalize_rescue`. Written
 * after its source (ironic_python_agent/agent.py, ironic_api_client.py, api/app.py, extensions/); it shares no code
 * with ours.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { OWN } from '../fakes/certificates.ts';
import { INVENTORY } from '../fakes/inventory.ts';

/** What it knows at most (ironic_api_client.py). */
const LOOKUP_MINOR = 62;
const HEARTBEAT_MINOR = 68;

type Params = Readonly<Record<string, unknown>>;
type Step = { readonly step: string; readonly interface: string; readonly priority: number } & Params;

/** What one boot of the machine has: a hardware manager's version, its clean steps, and how long they take. */
export type Boot = {
  readonly apiUrl: string;
  readonly mac: string;
  readonly managerVersion: string;
  readonly cleanSteps: readonly Step[];
  readonly workMs: number;
  readonly signal: AbortSignal;
  /** Told in the order of what happened: `lookup`, `heartbeat`, `execute_clean_step erase_devices_metadata`, ... */
  readonly tell: (what: string) => void;
  readonly powerOff: () => void;
};

type Command = {
  readonly id: string;
  readonly command_name: string;
  command_status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CLEAN_VERSION_MISMATCH';
  command_error: object | string | null;
  command_result: unknown;
};

class RestError extends Error {
  readonly type: string;
  readonly code: number;
  readonly title: string;

  constructor(
    type: string,
    { code, title }: { readonly code: number; readonly title: string },
    details: string,
  ) {
    super(details);
    this.type = type;
    this.code = code;
    this.title = title;
  }

  body(): object {
    return { type: this.type, code: this.code, message: this.title, details: this.message };
  }
}

const INVALID = { code: 400, title: 'Invalid request body' };
const FAILED = { code: 500, title: 'Command execution failed' };

/** Lives as long as its boot, or until a rescue has the machine. */
export async function runScriptedAgent(boot: Boot): Promise<void> {
  const agent = new ScriptedAgent(boot);
  await agent.run().catch((error: unknown) => {
    if (!boot.signal.aborted) boot.tell(`fatal: ${String(error)}`);
  });
}

class ScriptedAgent {
  readonly #boot: Boot;
  readonly #commands: Command[] = [];
  #token: string | null = null;
  #serves = true;
  #written = '';

  constructor(boot: Boot) {
    this.#boot = boot;
  }

  async run(): Promise<void> {
    const { apiUrl, signal } = this.#boot;
    const root = await this.#ask('GET', `${apiUrl}/`, {});
    const minor = Number(/^1\.(\d+)$/.exec(root.body.default_version?.version ?? '')?.[1] ?? 31);
    const { uuid, timeoutS } = await this.#lookup(Math.min(minor, LOOKUP_MINOR));
    const server = createServer(OWN, (request, response) => void this.#serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    signal.addEventListener('abort', () => close(server));
    const { port } = server.address() as AddressInfo;
    try {
      await this.#heartbeats(uuid, { minor: Math.min(minor, HEARTBEAT_MINOR), port, timeoutS });
    } finally {
      close(server);
    }
  }

  async #ask(
    method: string,
    url: string,
    { minor, body }: { readonly minor?: number; readonly body?: object },
  ) {
    const response = await fetch(url, {
      method,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(minor === undefined ? {} : { 'x-openstack-ironic-api-version': `1.${minor}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: this.#boot.signal,
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
  }

  /** `_do_lookup` and `process_lookup_data`: without a token of its own the agent is of no use any more. */
  async #lookup(minor: number): Promise<{ readonly uuid: string; readonly timeoutS: number }> {
    const { apiUrl, mac, tell, signal } = this.#boot;
    for (;;) {
      const { status, body } = await this.#ask('GET', `${apiUrl}/v1/lookup?addresses=${mac}`, { minor });
      tell(`lookup ${status}`);
      if (status === 200) {
        const token: string = body.config.agent_token;
        if (token === '******' || token.length < 32) throw new Error('no token: locked down');
        this.#token = token;
        return { uuid: body.node.uuid, timeoutS: body.config.heartbeat_timeout };
      }
      await sleep(500, undefined, { signal });
    }
  }

  /** The first at once, then after 0.3 to 0.6 of the time-out: here always the longest. */
  async #heartbeats(
    uuid: string,
    { minor, port, timeoutS }: { readonly minor: number; readonly port: number; readonly timeoutS: number },
  ): Promise<void> {
    const { apiUrl, tell, signal } = this.#boot;
    const body = {
      callback_url: `https://127.0.0.1:${port}`,
      agent_token: this.#token,
      agent_version: '11.6.0',
      ...(minor >= HEARTBEAT_MINOR ? { agent_verify_ca: OWN.cert } : {}),
    };
    while (this.#serves) {
      const { status } = await this.#ask('POST', `${apiUrl}/v1/heartbeat/${uuid}`, { minor, body });
      tell(`heartbeat ${status}`);
      const until = Date.now() + (status === 202 ? timeoutS * 600 : 5_000);
      while (this.#serves && Date.now() < until) await sleep(50, undefined, { signal });
    }
    tell('the agent has ended');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      reply(response, 200, await this.#answer(request));
    } catch (error) {
      const code = error instanceof RestError ? error.code : 500;
      const faultcode = code >= 500 ? 'Server' : 'Client';
      const title = error instanceof RestError ? `${error.title}: ` : '';
      reply(response, code, {
        faultcode,
        faultstring: `${title}${error instanceof Error ? error.message : error}`,
      });
    }
  }

  /** The routes of api/app.py: werkzeug redirects a path without its last slash, which no POST outlives. */
  async #answer(request: IncomingMessage): Promise<unknown> {
    const url = new URL(request.url ?? '/', 'https://agent');
    const [, id = null] = /^\/v1\/commands\/([^/]+)$/.exec(url.pathname) ?? [];
    if (url.pathname !== '/v1/commands/' && id === null)
      throw new RestError('NotFound', { code: 404, title: '404 Not Found' }, url.pathname);
    if (this.#token === null || url.searchParams.get('agent_token') !== this.#token)
      throw new RestError('Unauthorized', { code: 401, title: '401 Unauthorized' }, 'Token invalid.');
    const wait = url.searchParams.get('wait')?.toLowerCase() === 'true';
    if (request.method === 'GET') {
      return id === null ? { commands: this.#commands } : this.#commands.find((one) => one.id === id);
    }
    const body = JSON.parse(await textOf(request));
    if (!('name' in body) || typeof body.params !== 'object' || body.params === null)
      throw new RestError(
        'BadRequest',
        { code: 400, title: '400 Bad Request' },
        'Missing or invalid name or params',
      );
    return await this.#execute(body.name, { params: body.params, wait });
  }

  async #execute(
    name: string,
    { params, wait }: { readonly params: Params; readonly wait: boolean },
  ): Promise<Command> {
    const last = this.#commands.at(-1);
    if (last?.command_status === 'RUNNING')
      throw new RestError(
        'AgentIsBusy',
        { code: 409, title: 'Agent is busy' },
        `executing command ${last.command_name}`,
      );
    const known = COMMANDS[name];
    const [extension] = name.split('.');
    if (known === undefined && !Object.keys(COMMANDS).some((one) => one.startsWith(`${extension}.`)))
      throw new RestError(
        'NotFound',
        { code: 404, title: 'Not found' },
        `Extension with id ${extension} not found.`,
      );
    if (known === undefined) throw new RestError('InvalidCommandError', INVALID, `Unknown command: ${name}`);
    const command: Command = {
      id: randomUUID(),
      command_name: name.slice(name.indexOf('.') + 1),
      command_status: 'RUNNING',
      command_error: null,
      command_result: null,
    };
    const work = this.#work(command, { known, params });
    if (known.mode === 'sync' || wait) await work;
    this.#commands.push(command);
    return command;
  }

  async #work(
    command: Command,
    { known, params }: { readonly known: Known; readonly params: Params },
  ): Promise<void> {
    const { tell, workMs, signal } = this.#boot;
    const step = isStep(params.step) ? ` ${params.step.step}` : '';
    tell(`${command.command_name}${step}`);
    try {
      const strange = Object.keys(params).filter(
        (one) => !known.takes.includes(one) && !known.takes.includes('*'),
      );
      if (strange.length > 0)
        throw new RestError('CommandExecutionError', FAILED, `unexpected keyword ${strange}`);
      if (known.mode === 'async') await sleep(workMs, undefined, { signal });
      command.command_result = await known.run(params, this.#tools());
      command.command_status = 'SUCCEEDED';
    } catch (error) {
      const mismatch = error instanceof Error && error.message === 'VersionMismatch';
      command.command_status = mismatch ? 'CLEAN_VERSION_MISMATCH' : 'FAILED';
      command.command_error =
        error instanceof RestError ? error.body() : { type: 'CommandExecutionError', details: String(error) };
    }
  }

  #tools(): Tools {
    const { managerVersion, cleanSteps, powerOff } = this.#boot;
    return {
      versions: { generic_hardware_manager: managerVersion },
      cleanSteps,
      powerOff,
      written: () => this.#written,
      write: (digest) => {
        this.#written = digest;
      },
      endService: () => {
        this.#serves = false;
      },
    };
  }
}

type Tools = {
  readonly versions: Readonly<Record<string, string>>;
  readonly cleanSteps: readonly Step[];
  readonly powerOff: () => void;
  readonly written: () => string;
  readonly write: (digest: string) => void;
  readonly endService: () => void;
};

type Known = {
  readonly mode: 'sync' | 'async';
  /** Names of arguments; `*`: any others too. */
  readonly takes: readonly string[];
  readonly run: (params: Params, tools: Tools) => Promise<unknown> | unknown;
};

/** `hardware.check_versions`: what was given must be what is. */
function checkVersions(given: unknown, { versions }: Tools): void {
  if (given === null || given === undefined) return;
  if (JSON.stringify(given) !== JSON.stringify(versions)) throw new Error('VersionMismatch');
}

const offer = (kind: string, steps: (tools: Tools) => readonly Step[]): Known => ({
  mode: 'sync',
  takes: ['node', 'ports'],
  run: (_, tools) => ({
    [`${kind}_steps`]: { GenericHardwareManager: steps(tools) },
    hardware_manager_version: tools.versions,
  }),
});

const COMMANDS: Readonly<Record<string, Known>> = {
  'poll.get_hardware_info': {
    mode: 'sync',
    takes: [],
    run: () => ({ ...INVENTORY, hostname: null, lldp_raw: {} }),
  },
  'clean.get_clean_steps': offer('clean', ({ cleanSteps }) => cleanSteps),
  'deploy.get_deploy_steps': offer('deploy', () => [
    { step: 'write_image', interface: 'deploy', priority: 0 },
  ]),
  'service.get_service_steps': offer('service', () => []),
  'clean.execute_clean_step': {
    mode: 'async',
    takes: ['step', 'node', 'ports', 'clean_version', '*'],
    run: (params, tools) => {
      checkVersions(params.clean_version, tools);
      return { clean_result: ['', ''], clean_step: params.step };
    },
  },
  'deploy.execute_deploy_step': {
    mode: 'async',
    takes: ['step', 'node', 'ports', 'deploy_version', '*'],
    run: async (params, tools) => {
      checkVersions(params.deploy_version, tools);
      tools.write(await writeImage(params));
      return { deploy_result: { result: 'prepare_image: image written' }, deploy_step: params.step };
    },
  },
  'standby.sync': { mode: 'sync', takes: [], run: () => null },
  'standby.get_partition_uuids': { mode: 'sync', takes: [], run: () => ({}) },
  'standby.power_off': { mode: 'async', takes: [], run: (_, { powerOff }) => powerOff() },
  'image.install_bootloader': {
    mode: 'async',
    takes: [
      'root_uuid',
      'efi_system_part_uuid',
      'prep_boot_part_uuid',
      'target_boot_mode',
      'ignore_bootloader_failure',
    ],
    run: (_, { written }) => {
      if (written() === '')
        throw new RestError('DeviceNotFound', { code: 404, title: 'Not found' }, 'no image');
      return null;
    },
  },
  'log.collect_system_logs': { mode: 'sync', takes: [], run: () => ({ system_logs: 'H4sI' }) },
  'rescue.finalize_rescue': {
    mode: 'sync',
    takes: ['rescue_password', 'hashed'],
    run: ({ rescue_password: password, hashed }, { endService }) => {
      if (hashed !== true || !/^\$5\$/.test(String(password)))
        throw new Error('a password that is not hashed');
      endService();
      return null;
    },
  },
};

/** `write_image` with `stream_raw_images`: the whole image from the first URL, checked by its whole checksum. */
async function writeImage(params: Params): Promise<string> {
  const { args } = params.step as unknown as {
    args: { image_info: Record<string, unknown>; configdrive: string };
  };
  const { id, urls, os_hash_algo, os_hash_value, disk_format, stream_raw_images } = args.image_info;
  if (id === undefined || !Array.isArray(urls))
    throw new RestError('InvalidCommandParamsError', INVALID, 'id, urls');
  if (disk_format !== 'raw' || stream_raw_images !== true) throw new Error('this test has no qemu-img');
  const image = Buffer.from(await (await fetch(String(urls[0]))).arrayBuffer());
  const digest = createHash(String(os_hash_algo)).update(image).digest('hex');
  if (digest !== os_hash_value)
    throw new RestError('ImageChecksumError', FAILED, `${digest} is not ${os_hash_value}`);
  if (!/^H4sI/.test(args.configdrive)) throw new Error('the config drive is no gzip in base64');
  return digest;
}

function isStep(value: unknown): value is Step {
  return typeof value === 'object' && value !== null && 'step' in value;
}

function close(server: Server): void {
  server.closeAllConnections();
  server.close();
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
