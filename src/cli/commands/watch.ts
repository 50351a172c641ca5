/** `ingot node watch`: events as they happen, and between them how far the jobs are. */
import { IngotError } from '../../errors.ts';
import { plainJson } from '../../plain-text.ts';
import type { EventAnswer, JobAnswer } from '../answers.ts';
import type { Client } from '../client.ts';
import { type Call, type Command, nameOf } from '../command.ts';
import { EXIT, type Io } from '../io.ts';
import { progressKey, progressLine } from '../progress.ts';
import { label } from '../wait.ts';

const POLL_MS = 2_000;

export const watch: Command = {
  usage: 'ingot node watch [NAME]',
  summary: 'Shows live what happens to one node, or to all, until Ctrl-C.',
  details: `
  With --json: one event a line.
`,
  options: {},
  least: 0,
  most: 1,
  async run(call) {
    const uuid = call.positionals.length === 0 ? null : (await call.client.nodes.get(nameOf(call))).uuid;
    // Every token may ask for this: a daemon that is not there is told at once, not waited for.
    if (uuid === null) await call.client.jobs();
    const ended = new AbortController();
    const signal = AbortSignal.any([call.io.signal, ended.signal]);
    try {
      const progress = call.json ? Promise.resolve() : showProgress({ call, uuid, signal });
      const events = showEvents({ call, uuid, signal }).catch(async (thrown: unknown) => {
        if (uuid === null || call.json || !isForbidden(thrown)) throw thrown;
        call.io.err(
          'Its events are for the project that owns the node; shown are its states and how far its job is.\n',
        );
        await showStates({ call, uuid, signal });
      });
      await Promise.race([events, progress.then(() => never(signal))]);
      return EXIT.ok;
    } finally {
      ended.abort();
    }
  },
};

type Watch = { readonly call: Call; readonly uuid: string | null; readonly signal: AbortSignal };

function isForbidden(thrown: unknown): boolean {
  return thrown instanceof IngotError && thrown.code === 'forbidden';
}

async function showEvents({ call, uuid, signal }: Watch): Promise<void> {
  const { client, io, json } = call;
  const names = createNames(client);
  const onGap = (completeFrom: number): void =>
    io.err(
      `Events are missing here: the daemon keeps them no more. From number ${completeFrom} on all are shown.\n`,
    );
  for await (const event of client.events({
    signal,
    onGap,
    ...(uuid === null ? {} : { node: uuid }),
  })) {
    if (json) io.out(`${plainJson(event)}\n`);
    // Steps and percents come from the jobs themselves; their events would say it twice.
    else if (event.severity !== 'debug') io.out(`${eventLine(event, await names.of(event.node_uuid))}\n`);
  }
}

/** Reads the running jobs every two seconds; tells each new state, step and tenth of the way. */
async function showProgress({ call, uuid, signal }: Watch): Promise<void> {
  const { client, io } = call;
  const told = new Map<string, string>();
  while (!signal.aborted) {
    const jobs = await client.jobs().catch(() => []);
    for (const job of jobs.filter((one) => uuid === null || one.node_uuid === uuid)) {
      await tellJob({ client, io, job, told });
    }
    const running = new Set(jobs.map((job) => job.node_uuid));
    for (const node of [...told.keys()].filter((key) => !running.has(key))) told.delete(node);
    await io.clock.sleep(POLL_MS, signal).catch(() => undefined);
  }
}

/** Reads the node every two seconds, and tells each new state of it and of its power. */
async function showStates({ call, uuid, signal }: Watch & { readonly uuid: string }): Promise<void> {
  const { client, io } = call;
  let told = '';
  while (!signal.aborted) {
    const node = await client.nodes.get(uuid);
    const line = `${label(node)}  ${node.provision_state}, ${node.power_state ?? 'power unknown'}`;
    if (line !== told) io.out(`${clockTime(new Date(io.clock.now()).toISOString())}  ${line}\n`);
    told = line;
    await io.clock.sleep(POLL_MS, signal).catch(() => undefined);
  }
}

type Tell = {
  readonly client: Client;
  readonly io: Io;
  readonly job: JobAnswer & { readonly node_uuid: string };
  readonly told: Map<string, string>;
};

async function tellJob({ client, io, job, told }: Tell): Promise<void> {
  const node = await client.nodes.find(job.node_uuid).catch(() => null);
  if (node === null) return;
  const key = progressKey(node, job);
  if (told.get(node.uuid) === key) return;
  told.set(node.uuid, key);
  io.out(
    `${clockTime(new Date(io.clock.now()).toISOString())}  ${label(node)}  ${progressLine(node, job)}\n`,
  );
}

function eventLine(event: EventAnswer, name: string): string {
  const mark = event.severity === 'error' ? 'ERROR: ' : event.severity === 'warning' ? 'warning: ' : '';
  return `${clockTime(event.at)}  ${name}  ${mark}${event.message}`;
}

function clockTime(iso: string): string {
  return iso.slice(11, 19);
}

/** Names of nodes by uuid, asked once each. */
function createNames(client: Client): { of(uuid: string | null): Promise<string> } {
  const names = new Map<string, string>();
  return {
    async of(uuid) {
      if (uuid === null) return 'ingot';
      const known = names.get(uuid);
      if (known !== undefined) return known;
      const node = await client.nodes.find(uuid).catch(() => null);
      const name = node === null ? uuid : label(node);
      names.set(uuid, name);
      return name;
    },
  };
}

/** Stays until the signal: the events alone decide when a watch ends. */
async function never(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
