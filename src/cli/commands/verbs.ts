/** The verbs that take a node to another state: manage, inspect, provide, undeploy, adopt, unhold, abort. */
import { flag, WAIT_OPTIONS, wholeNumber } from '../arguments.ts';
import { type Call, type Command, nameOf, printJson } from '../command.ts';
import { EXIT } from '../io.ts';
import { progressKey, progressLine } from '../progress.ts';
import { label, waitForVerb } from '../wait.ts';

/** How long `--wait` waits unless told. */
export const DEFAULT_TIMEOUT_S = 7200;

export const WAIT_HELP = `
  --wait        stay until it is done, failed or held by a step, and tell how far it is; exit code 0: it is done
  --timeout S   with --wait: give up after S seconds (default ${DEFAULT_TIMEOUT_S}); the job goes on
`;

/** How long `--wait` waits, in milliseconds. Throws `usage`; to be read before anything is changed. */
export function timeoutOf({ values, usage }: Call): number {
  return (wholeNumber(values, 'timeout', usage) ?? DEFAULT_TIMEOUT_S) * 1000;
}

/** Asks for the verb and, with `--wait`, stays until its end. */
async function request(call: Call, verb: string): Promise<number> {
  const timeoutMs = timeoutOf(call);
  const { uuid } = await call.client.nodes.get(nameOf(call));
  await call.client.provision(uuid, verb);
  return follow(call, { uuid, verb, timeoutMs });
}

type Asked = { readonly uuid: string; readonly verb: string; readonly timeoutMs: number };

/** Tells where a verb that was accepted has led to; with `--wait`, where it ends. */
export async function follow(call: Call, { uuid, verb, timeoutMs }: Asked): Promise<number> {
  const { client, io, json, values } = call;
  if (!flag(values, 'wait')) {
    const now = await client.nodes.get(uuid);
    if (json) printJson(io, { node: now });
    else
      io.out(`${label(now)}: ${now.provision_state}. Follow it with \`ingot node watch ${label(now)}\`.\n`);
    return EXIT.ok;
  }
  let told = '';
  const done = await waitForVerb({
    client,
    ident: uuid,
    verb,
    timeoutMs,
    clock: io.clock,
    signal: io.signal,
    onProgress: (current, job) => {
      const key = progressKey(current, job);
      if (key === told) return;
      told = key;
      io.err(`${label(current)}: ${progressLine(current, job)}\n`);
    },
  });
  if (json) printJson(io, { node: done });
  else io.out(`${label(done)}: ${done.provision_state}.\n`);
  return EXIT.ok;
}

export function verbCommand(word: string, verb: string, summary: string): Command {
  return {
    usage: `ingot node ${word} NAME [--wait [--timeout S]]`,
    summary,
    details: WAIT_HELP,
    options: WAIT_OPTIONS,
    least: 1,
    most: 1,
    run: (call) => request(call, verb),
  };
}

export const manage = verbCommand('manage', 'manage', 'Checks the BMC and takes the node into management.');
export const inspect = verbCommand('inspect', 'inspect', 'Boots the ramdisk and records the hardware.');
export const provide = verbCommand('provide', 'provide', 'Cleans the node and makes it available.');
export const undeploy = verbCommand('undeploy', 'deleted', 'Takes the OS off the node and cleans it.');
export const adopt = verbCommand('adopt', 'adopt', 'Takes over a machine that runs already, untouched.');
export const unhold = verbCommand('unhold', 'unhold', 'Lets a node go on that a step holds.');
export const abort = verbCommand('abort', 'abort', 'Stops what is going on, where that can be stopped.');
