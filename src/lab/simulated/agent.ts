/**
 * A simulated ramdisk agent: what a machine without hardware does after a PXE boot. It fetches its iPXE script,
 * looks itself up, sends heartbeats and lets the command server pretend the work. It speaks ironic-python-agent's
 * protocol, and like the real one it keeps trying while the daemon is away.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { AgentSession, CommandServer } from './agent-commands.ts';

const RETRY_MS = 50;
const HEARTBEAT_MS = 500;

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

/** Resolves when the script says to boot the disk, or when the power is gone. */
export async function runSimulatedAgent(boot: BootedAgent): Promise<void> {
  try {
    const script = await fetchUntilOk(boot, `/ipxe/${boot.mac.replaceAll(':', '-')}`);
    if (!script.includes('kernel')) return;
    await talk(boot);
  } catch (error) {
    if (!boot.signal.aborted) throw error;
  } finally {
    boot.commands.sessions.delete(boot.mac);
  }
}

async function talk(boot: BootedAgent): Promise<void> {
  const { node, config } = await lookup(boot);
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
    await heartbeat(boot, node.uuid, config.agent_token);
    await Promise.race([sleep(HEARTBEAT_MS, undefined, { signal: boot.signal }), wake.now.promise]);
    wake.now = Promise.withResolvers<void>();
  }
}

async function lookup(boot: BootedAgent): Promise<z.output<typeof lookupSchema>> {
  for (;;) {
    const text = await fetchUntilOk(boot, `/v1/lookup?addresses=${boot.mac}`);
    const answer = lookupSchema.parse(JSON.parse(text));
    if (answer.config.agent_token !== '******') return answer;
    await sleep(RETRY_MS, undefined, { signal: boot.signal });
  }
}

async function heartbeat(boot: BootedAgent, uuid: string, token: string): Promise<void> {
  const body = JSON.stringify({
    callback_url: boot.commands.url(boot.mac),
    agent_version: 'ingot-simulated',
    agent_token: token,
  });
  const response = await fetch(`${boot.bootUrl}/v1/heartbeat/${uuid}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-openstack-ironic-api-version': '1.68' },
    body,
    signal: boot.signal,
  }).catch(() => null);
  // A daemon that is away or busy gets the next heartbeat; so does one that refused, as with the real agent.
  await response?.body?.cancel();
}

async function fetchUntilOk(boot: BootedAgent, path: string): Promise<string> {
  for (;;) {
    boot.signal.throwIfAborted();
    const response = await fetch(`${boot.bootUrl}${path}`, {
      headers: { 'x-openstack-ironic-api-version': '1.68' },
      signal: boot.signal,
    }).catch(() => null);
    const text = await response?.text().catch(() => null);
    if (response?.ok && typeof text === 'string') return text;
    await sleep(RETRY_MS, undefined, { signal: boot.signal });
  }
}
