/** What a running daemon of a test tells of itself, and the network that it serves. */
import { z } from 'zod';
import type { RunningDaemon } from '../rig/daemon.ts';

/** Served on the interface `s0` of a wire. */
export const pxe = (address: string) => ({
  name: 'pxe',
  role: 'pxe',
  interface: 's0',
  address,
  dhcp: 'authoritative',
  cidr: '10.77.0.0/16',
  ranges: [{ use: 'dhcp', from: '10.77.1.0', to: '10.77.1.255' }],
});

const statusShape = z.object({
  listeners: z.array(z.object({ name: z.string(), problem: z.string().nullable() })),
});

/** The problem of each server, by its name. */
export async function problems(running: RunningDaemon): Promise<Readonly<Record<string, string | null>>> {
  const { listeners } = statusShape.parse(await running.client.status());
  return Object.fromEntries(listeners.map(({ name, problem }) => [name, problem]));
}

/** Messages of the events that belong to no node, up to now. */
export async function daemonEvents(running: RunningDaemon): Promise<readonly string[]> {
  const messages: string[] = [];
  const { last_event } = await running.client.status();
  if (last_event === 0) return messages;
  for await (const event of running.client.events({ after: 0 })) {
    if (event.node_uuid === null) messages.push(event.message);
    if (event.seq >= last_event) break;
  }
  return messages;
}
