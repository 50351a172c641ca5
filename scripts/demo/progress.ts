/** Live progress: one line for each state change, step and tenth of a disk write. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../../src/cli/client.ts';

type Options = { readonly say: (text: string) => void; readonly signal: AbortSignal };

const SHOWN = [
  'state.',
  'job.step_started',
  'job.step_retry',
  'job.step_done',
  'job.failed',
  'boot.',
  'tftp.done',
  'dhcp.ack',
  'agent.lookup',
  'lcm.',
  'power.',
];
const POLL_MS = 1_000;

/** Resolves when the signal is aborted. */
export async function followProgress(client: Client, options: Options): Promise<void> {
  const names = new Map<string, string>();
  const nameOf = async (uuid: string): Promise<string> => {
    const known = names.get(uuid);
    if (known !== undefined) return known;
    const node = await client.nodes.find(uuid);
    const name = String(node?.name ?? uuid);
    names.set(uuid, name);
    return name;
  };
  const events = async (): Promise<void> => {
    for await (const event of client.events({ after: 0, signal: options.signal })) {
      if (event.node_uuid === null || !SHOWN.some((prefix) => event.kind.startsWith(prefix))) continue;
      options.say(`${await nameOf(event.node_uuid)}: ${event.message}`);
    }
  };
  await Promise.all([quietly(events(), options), quietly(percents(client, { ...options, nameOf }), options)]);
}

async function percents(
  client: Client,
  { say, signal, nameOf }: Options & { readonly nameOf: (uuid: string) => Promise<string> },
): Promise<void> {
  const shown = new Map<string, number>();
  while (!signal.aborted) {
    for (const job of await client.jobs()) {
      if (job.progress === null) continue;
      const tenth = Math.floor(job.progress.percent / 10);
      const key = `${job.node_uuid} ${job.id} ${job.step_number}`;
      if (shown.get(key) === tenth) continue;
      shown.set(key, tenth);
      say(`${await nameOf(job.node_uuid)}: ${describe(job)}`);
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

function describe(job: Awaited<ReturnType<Client['jobs']>>[number]): string {
  const { percent = 0, bytes_done = 0, bytes_total = 0 } = job.progress ?? {};
  const mib = (bytes: number): string => (bytes / 1048576).toFixed(0);
  const bytes = bytes_total > 0 ? ` (${mib(bytes_done)} of ${mib(bytes_total)} MiB)` : '';
  return `${job.step ?? job.verb} ${percent.toFixed(0)} %${bytes}, step ${job.step_number} of ${job.step_count}`;
}

/** Showing progress must never fail the demo; once it is aborted, its errors mean nothing. */
async function quietly(work: Promise<void>, { say, signal }: Options): Promise<void> {
  await work.catch((error: unknown) => {
    if (!signal.aborted) say(`progress is not shown any more: ${String(error)}`);
  });
}
