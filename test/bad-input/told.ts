/** All that an operator can read about a node. */
import type { RunningDaemon } from '../rig/daemon.ts';
import { ingot } from '../rig/daemon.ts';

export type Told = {
  readonly state: string;
  readonly lastError: string;
  /** What `ingot node why NAME` prints. */
  readonly why: string;
};

export async function toldAbout(daemon: RunningDaemon, name: string): Promise<Told> {
  const { provision_state, last_error } = await daemon.client.nodes.get(name);
  const { stdout, stderr } = await ingot('node', 'why', name, '--url', daemon.url);
  return { state: provision_state, lastError: last_error ?? '', why: stdout + stderr };
}

/** The texts of all places where a secret could have been left: nodes, their events, `why`, and the log. */
export async function everythingTold(daemon: RunningDaemon): Promise<string> {
  const { client } = daemon;
  const parts: string[] = [await daemon.log()];
  for (const { uuid } of await client.nodes.list()) {
    const told = [client.nodes.get(uuid), client.nodes.job(uuid), client.nodes.why(uuid)];
    parts.push(
      ...(await Promise.all([...told, client.nodes.timeline(uuid)])).map((one) => JSON.stringify(one)),
    );
  }
  return parts.join('\n');
}
