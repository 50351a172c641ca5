/**
 * A simulated ramdisk agent: what a machine without hardware does after a PXE boot. It fetches its iPXE script, and
 * with what that tells the kernel looks itself up, sends heartbeats and lets the command server pretend the work. It
 * speaks ironic-python-agent's protocol, and like the real one it keeps trying while the daemon is away.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, type Dispatcher, request } from 'undici';
import { z } from 'zod';
import type { AgentSession, CommandServer } from './agent-commands.ts';

const RETRY_MS = 50;
const HEARTBEAT_MS = 500;
const VERSION = { 'x-openstack-ironic-api-version': '1.68' };

const lookupSchema = z.object({
  node: z.object({ uuid: z.string() }),
  config: z.object({ agent_token: z.string() }),
});

export type BootedAgent = {
  readonly mac: string;
  /** Base URL of the daemon's boot listener. */
  readonly bootUrl: string;
  readonly commands: CommandServer;
  /** Ends the boot: the machine lost its power. */
  readonly signal: AbortSignal;
  readonly onWork: (work: string) => void;
  readonly onDone: (work: string) => void;
};

/** Where it calls, and what it has to show. */
type Access = { readonly url: string; readonly ticket: string; readonly dispatcher: Dispatcher };

/** Resolves when the script says to boot the disk, or when the power is gone. */
export async function runSimulatedAgent(boot: BootedAgent): Promise<void> {
  // That the right server answers is for the real agent to prove.
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  try {
    const from = { url: boot.bootUrl, ticket: '', dispatcher };
    const script = await fetchUntilOk(boot, from, `/ipxe/${boot.mac.replaceAll(':', '-')}`);
    if (!script.includes('kernel')) return;
    const word = (name: string): string | undefined => new RegExp(`\\b${name}=(\\S+)`).exec(script)?.[1];
    await talk(boot, {
      url: word('ipa-api-url') ?? boot.bootUrl,
      ticket: word('ingot-ticket') ?? '',
      dispatcher,
    });
  } catch (error) {
    if (!boot.signal.aborted) throw error;
  } finally {
    boot.commands.sessions.delete(boot.mac);
    await dispatcher.destroy();
  }
}

async function talk(boot: BootedAgent, access: Access): Promise<void> {
  const { node, config } = await lookup(boot, access);
  const wake = { now: Promise.withResolvers<void>() };
  const session: AgentSession = {
    mac: boot.mac,
    token: config.agent_token,
    commands: [],
    onWork: boot.onWork,
    onDone: (work) => {
      wake.now.resolve();
      boot.onDone(work);
    },
  };
  boot.commands.sessions.set(boot.mac, session);
  while (!boot.signal.aborted) {
    await heartbeat(boot, access, { uuid: node.uuid, token: config.agent_token });
    await Promise.race([sleep(HEARTBEAT_MS, undefined, { signal: boot.signal }), wake.now.promise]);
    wake.now = Promise.withResolvers<void>();
  }
}

async function lookup(boot: BootedAgent, access: Access): Promise<z.output<typeof lookupSchema>> {
  for (;;) {
    const text = await fetchUntilOk(boot, access, `/v1/lookup?addresses=${boot.mac}`);
    const answer = lookupSchema.parse(JSON.parse(text));
    if (answer.config.agent_token !== '******') return answer;
    await sleep(RETRY_MS, undefined, { signal: boot.signal });
  }
}

async function heartbeat(
  boot: BootedAgent,
  { url, dispatcher }: Access,
  { uuid, token }: { readonly uuid: string; readonly token: string },
): Promise<void> {
  const body = JSON.stringify({
    callback_url: boot.commands.url(boot.mac),
    agent_version: 'ingot-simulated',
    agent_token: token,
    agent_verify_ca: boot.commands.certificate,
  });
  const response = await request(`${url}/v1/heartbeat/${uuid}`, {
    dispatcher,
    method: 'POST',
    body,
    signal: boot.signal,
    headers: { 'content-type': 'application/json', ...VERSION },
  }).catch(() => null);
  // A daemon that is away or busy gets the next heartbeat; so does one that refused, as with the real agent.
  await response?.body.dump().catch(() => undefined);
}

async function fetchUntilOk(
  boot: BootedAgent,
  { url, ticket, dispatcher }: Access,
  path: string,
): Promise<string> {
  for (;;) {
    boot.signal.throwIfAborted();
    const response = await request(`${url}${path}`, {
      dispatcher,
      signal: boot.signal,
      headers: { ...VERSION, ...(ticket === '' ? {} : { 'x-ingot-ticket': ticket }) },
    }).catch(() => null);
    const text = await response?.body.text().catch(() => null);
    if (response?.statusCode === 200 && typeof text === 'string') return text;
    await sleep(RETRY_MS, undefined, { signal: boot.signal });
  }
}
