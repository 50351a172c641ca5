/** `--wait`: follows a node until a verb has come to its end. */
import type { Clock } from '../clock.ts';
import { IngotError } from '../errors.ts';
import { waysOutOfHold } from '../hold-words.ts';
import type { JobAnswer, NodeAnswer } from './answers.ts';
import type { Client } from './client.ts';

/** Where each verb leads when all goes well. */
const GOALS: Readonly<Record<string, readonly string[]>> = {
  manage: ['manageable'],
  inspect: ['manageable'],
  provide: ['available'],
  active: ['active'],
  rebuild: ['active'],
  deleted: ['available', 'manageable'],
  clean: ['manageable'],
  service: ['active'],
  adopt: ['active'],
  rescue: ['rescue'],
  unrescue: ['active'],
  unhold: ['manageable', 'available', 'active'],
  abort: [
    'manageable',
    'available',
    'active',
    'deploy failed',
    'clean failed',
    'inspect failed',
    'service failed',
    'rescue failed',
  ],
};

const POLL_MS = 1_000;

export type WaitOptions = {
  readonly client: Client;
  readonly ident: string;
  readonly verb: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (node: NodeAnswer, job: JobAnswer | null) => void;
};

/**
 * The node at the goal. Throws `conflict` when it failed (with the node's `last_error`) or is held, `timeout` when time
 * is over.
 */
export async function waitForVerb(options: WaitOptions): Promise<NodeAnswer> {
  const { client, ident, verb, clock, signal, timeoutMs, onProgress } = options;
  const until = clock.elapsed() + timeoutMs;
  for (;;) {
    const [node, job] = await Promise.all([client.nodes.get(ident), client.nodes.job(ident)]);
    onProgress(node, job);
    const verdict = judge(node, verb, job);
    if (verdict === 'done') return node;
    if (verdict === 'failed') throw failure(node, verb, await mayAskWhy(client, ident));
    if (verdict === 'held') throw held(node);
    if (clock.elapsed() >= until) {
      const name = label(node);
      const ask = (await mayAskWhy(client, ident))
        ? `\`ingot node why ${name}\` tells what it waits for.`
        : `\`ingot node watch ${name}\` tells how far it is.`;
      const said = `${name} is still in "${node.provision_state}" after ${timeoutMs / 1000} s`;
      throw new IngotError('timeout', said, { hint: `The job goes on. ${ask}` });
    }
    await clock.sleep(Math.min(POLL_MS, Math.max(1, until - clock.elapsed())), signal);
  }
}

type Verdict = 'done' | 'failed' | 'held' | 'going on';

/** Pure: is the verb at its end, and how did it end? */
export function judge(node: NodeAnswer, verb: string, job: JobAnswer | null): Verdict {
  const state = node.provision_state;
  // A held job runs on, and its node keeps its target: nothing more comes until an operator says `unhold`.
  if (state.endsWith(' hold') && verb !== 'abort') return 'held';
  if (job?.status === 'running') return 'going on';
  if ((GOALS[verb] ?? []).includes(state) && (node.target_provision_state === null || verb === 'abort'))
    return 'done';
  // Verifying that fails falls back to enroll.
  const failed = state.endsWith('failed') || state === 'error' || (verb === 'manage' && state === 'enroll');
  return failed ? 'failed' : 'going on';
}

function failure(node: NodeAnswer, verb: string, maySeeWhy: boolean): IngotError {
  const name = label(node);
  const ended = `${name}: ${verb} ended in "${node.provision_state}"`;
  if (!maySeeWhy)
    return new IngotError('conflict', ended, {
      hint: `Why is for the project that owns the node, or the site: ask them for \`ingot node why ${name}\`.`,
    });
  return new IngotError('conflict', `${ended}: ${node.last_error ?? 'no reason was kept'}`, {
    hint: `\`ingot node why ${name}\` tells what was last seen and what to check.`,
  });
}

/** Who leases a node is not told what its site looks like inside. */
async function mayAskWhy({ nodes }: Client, ident: string): Promise<boolean> {
  try {
    await nodes.why(ident);
    return true;
  } catch (thrown) {
    return !(thrown instanceof IngotError && thrown.code === 'forbidden');
  }
}

function held(node: NodeAnswer): IngotError {
  const name = label(node);
  return new IngotError('conflict', `${name} is held ("${node.provision_state}"): its job is not done`, {
    hint: waysOutOfHold(name),
  });
}

export function label(node: { readonly name: string | null; readonly uuid: string }): string {
  return node.name ?? node.uuid;
}
