/** The verbs that take a node to another state: manage, inspect, provide, rebuild, undeploy, abort. */
import type { JsonObject } from '../answers.ts';
import { flag, WAIT_OPTIONS, wholeNumber } from '../arguments.ts';
import { type Call, type Command, nameOf, printJson } from '../command.ts';
import { EXIT } from '../io.ts';
import { progressKey, progressLine } from '../progress.ts';
import { label, waitForVerb } from '../wait.ts';

const DEFAULT_TIMEOUT_S = 7200;

export const WAIT_HELP = `
  --wait        stay until it is done, and tell how far it is
  --timeout S   with --wait: give up after S seconds (default ${DEFAULT_TIMEOUT_S}); the job goes on
`;

type Request = { readonly verb: string; readonly configdrive?: JsonObject };

/** Asks for the verb and, with `--wait`, stays until its end. */
export async function request(call: Call, { verb, configdrive }: Request): Promise<number> {
  const { client, io, json, values } = call;
  const timeout = wholeNumber(values, 'timeout', call.usage) ?? DEFAULT_TIMEOUT_S;
  const node = await client.nodes.get(nameOf(call));
  await client.provision(node.uuid, verb, configdrive);
  if (!flag(values, 'wait')) {
    const now = await client.nodes.get(node.uuid);
    if (json) printJson(io, { node: now });
    else
      io.out(`${label(now)}: ${now.provision_state}. Follow it with \`ingot node watch ${label(now)}\`.\n`);
    return EXIT.ok;
  }
  let told = '';
  const done = await waitForVerb({
    client,
    ident: node.uuid,
    verb,
    timeoutMs: timeout * 1000,
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

function verbCommand(word: string, verb: string, summary: string): Command {
  return {
    usage: `ingot node ${word} NAME [--wait [--timeout S]]`,
    summary,
    details: WAIT_HELP,
    options: WAIT_OPTIONS,
    least: 1,
    most: 1,
    run: (call) => request(call, { verb }),
  };
}

export const manage = verbCommand('manage', 'manage', 'Checks the BMC and takes the node into management.');
export const inspect = verbCommand('inspect', 'inspect', 'Boots the ramdisk and records the hardware.');
export const provide = verbCommand('provide', 'provide', 'Cleans the node and makes it available.');
export const undeploy = verbCommand('undeploy', 'deleted', 'Takes the OS off the node and cleans it.');
export const abort = verbCommand('abort', 'abort', 'Stops what is going on, where that can be stopped.');
