/**
 * The command API of simulated agents: one HTTPS server for all machines of a rack, `/<mac>/v1/commands/`, as
 * ironic-python-agent's API on port 9999 has it. Work is pretended: a command runs for `workMs`, then succeeds.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { runOrFail } from '../../../src/lab/run.ts';
import { authorityArgv, type Pem } from '../../../src/pki/openssl.ts';
import { simulatedInventory } from './inventory.ts';

const MOST_BODY_BYTES = 8 * 1024 * 1024;

const commandSchema = z.object({
  name: z.string(),
  params: z.looseObject({ step: z.looseObject({ step: z.string() }).optional() }).default({}),
});

type Command = {
  readonly id: string;
  readonly command_name: string;
  readonly command_status: 'RUNNING' | 'SUCCEEDED';
  readonly command_error: null;
  readonly command_result: { readonly [key: string]: unknown } | null;
};

/** One boot of one machine's agent, as its command API sees it. */
export type AgentSession = {
  readonly mac: string;
  readonly token: string;
  commands: Command[];
  /** Told when a command begins: `write_image`, `erase_devices_metadata`, `power_off`, ... */
  readonly onWork: (work: string) => void;
  /** Told when an asynchronous command ended, so that the agent sends a heartbeat at once. */
  readonly onDone: (work: string) => void;
};

export type CommandServer = {
  readonly url: (mac: string) => string;
  /** PEM; every agent's. */
  readonly certificate: string;
  readonly sessions: Map<string, AgentSession>;
  stop(): Promise<void>;
};

export type CommandServerOptions = {
  readonly address: string;
  readonly port: number;
  readonly workMs: number;
};

export async function startCommandServer(options: CommandServerOptions): Promise<CommandServer> {
  const sessions = new Map<string, AgentSession>();
  const { certificate, key } = await makeCertificate();
  const server = createServer({ key, cert: certificate }, (request, response) => {
    void answer(request, response, { sessions, workMs: options.workMs }).catch((error: unknown) => {
      if (!response.headersSent) reply(response, 500, { error: String(error) });
    });
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.address, () => resolve(portOf(server)));
  });
  return {
    certificate,
    url: (mac) => `https://${options.address}:${port}/${mac.replaceAll(':', '-')}`,
    sessions,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Signed by itself, as an agent makes it. */
async function makeCertificate(): Promise<Pem> {
  const dir = await mkdtemp(join(tmpdir(), 'ingot-simulated-'));
  const files = { key: join(dir, 'key.pem'), certificate: join(dir, 'cert.pem') };
  try {
    const argv = authorityArgv({ kind: 'ec', name: 'ingot-simulated', days: 3650, files });
    await runOrFail('Making the certificate of simulated agents', { argv });
    return {
      key: await readFile(files.key, 'utf8'),
      certificate: await readFile(files.certificate, 'utf8'),
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

type Context = { readonly sessions: Map<string, AgentSession>; readonly workMs: number };

async function answer(request: IncomingMessage, response: ServerResponse, context: Context): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://agent');
  const [, macPart = '', , resource = '', commandId = ''] = url.pathname.split('/');
  const session = context.sessions.get(macPart.replaceAll('-', ':'));
  if (session === undefined) {
    request.socket.destroy();
    return;
  }
  if (resource !== 'commands') return reply(response, 404, { error: 'not found' });
  if (url.searchParams.get('agent_token') !== session.token) {
    return reply(response, 401, {
      type: 'Unauthorized',
      code: 401,
      message: 'Invalid agent token.',
      details: '',
    });
  }
  if (request.method === 'GET') {
    const one = session.commands.find((command) => command.id === commandId);
    return reply(response, 200, commandId === '' ? { commands: session.commands } : one);
  }
  const parsed = commandSchema.safeParse(JSON.parse(await readBody(request)));
  if (!parsed.success) return reply(response, 400, { error: parsed.error.message });
  return reply(response, 200, begin(session, parsed.data, context.workMs));
}

function begin(session: AgentSession, asked: z.output<typeof commandSchema>, workMs: number): Command {
  const name = asked.name.split('.').at(-1) ?? asked.name;
  const work = asked.params.step?.step ?? name;
  const result = resultOf(name, { work, step: asked.params.step, mac: session.mac });
  const command: Command = {
    id: randomUUID(),
    command_name: name,
    command_status: 'RUNNING',
    command_error: null,
    command_result: null,
  };
  const done: Command = { ...command, command_status: 'SUCCEEDED', command_result: result };
  session.onWork(work);
  if (isSynchronous(name)) {
    session.commands.push(done);
    return done;
  }
  session.commands.push(command);
  setTimeout(() => {
    session.commands = session.commands.map((one) => (one.id === command.id ? done : one));
    session.onDone(work);
  }, workMs);
  return command;
}

const isSynchronous = (name: string): boolean =>
  name.startsWith('get_') ||
  name === 'sync' ||
  name === 'collect_system_logs' ||
  name === 'set_node_info' ||
  name === 'finalize_rescue';

const HARDWARE_MANAGERS = { simulated_hardware_manager: '1.0' };

type Asked = { readonly work: string; readonly step: unknown; readonly mac: string };

function resultOf(name: string, { work, step, mac }: Asked): { readonly [key: string]: unknown } {
  const offered = (
    kind: 'clean' | 'deploy' | 'service',
    steps: readonly object[],
  ): { readonly [key: string]: unknown } => ({
    [`${kind}_steps`]: { SimulatedHardwareManager: steps },
    hardware_manager_version: HARDWARE_MANAGERS,
  });
  switch (name) {
    case 'get_hardware_info':
      return simulatedInventory(mac);
    case 'get_clean_steps':
      return offered('clean', [
        {
          step: 'erase_devices_metadata',
          priority: 99,
          interface: 'deploy',
          reboot_requested: false,
          abortable: true,
        },
      ]);
    case 'get_deploy_steps':
      return offered('deploy', [
        { step: 'write_image', priority: 0, interface: 'deploy', reboot_requested: false },
        { step: 'burnin_disk', priority: 0, interface: 'deploy', reboot_requested: false },
      ]);
    case 'get_service_steps':
      return offered('service', [
        { step: 'burnin_cpu', priority: 0, interface: 'deploy', reboot_requested: false, abortable: true },
      ]);
    case 'execute_service_step':
      return { service_result: null, service_step: step };
    case 'execute_clean_step':
      return { clean_result: null, clean_step: step };
    case 'execute_deploy_step':
      return { deploy_result: { result: `simulated ${work}` }, deploy_step: step };
    default:
      return { result: `simulated ${work}` };
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BODY_BYTES) throw new Error('the command is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body ?? {}));
}
