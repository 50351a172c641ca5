/** `ingot node clean` and `service`: the verbs that take a list of steps. */
import type { JsonObject } from '../answers.ts';
import { flag, text, texts, usage, WAIT_OPTIONS } from '../arguments.ts';
import { type Call, type Command, nameOf } from '../command.ts';
import { readSteps } from '../steps-file.ts';
import { follow, timeoutOf, WAIT_HELP } from './verbs.ts';

const DETAILS = `
  --step INTERFACE.STEP  a step of the agent, such as deploy.erase_devices_metadata; or one that every node
                         has: hold, reboot, power_on, power_off; may be repeated, and is done in this order
  --steps FILE           instead: a JSON list of {"interface": …, "step": …, "args": {…}}
  --runbook NAME         instead: the steps of a runbook that the node has the trait of (ingot runbook list)
  --without-ramdisk      do not start the ramdisk; only hold, wait and the power steps can be done so
${WAIT_HELP}`;

const OPTIONS: Command['options'] = {
  step: { type: 'string', multiple: true },
  steps: { type: 'string' },
  runbook: { type: 'string' },
  'without-ramdisk': { type: 'boolean' },
  ...WAIT_OPTIONS,
};

function stepsCommand(verb: 'clean' | 'service', summary: string): Command {
  return {
    usage: `ingot node ${verb} NAME --step INTERFACE.STEP … [--wait [--timeout S]]`,
    summary,
    details: DETAILS,
    options: OPTIONS,
    least: 1,
    most: 1,
    run: async (call) => {
      const work = await workOf(call, verb);
      const timeoutMs = timeoutOf(call);
      const { uuid } = await call.client.nodes.get(nameOf(call));
      await call.client.provision(uuid, verb, work);
      return follow(call, { uuid, verb, timeoutMs });
    },
  };
}

/** What the verb takes: its steps, or the name of a runbook. Throws `usage`, `invalid_input`. */
async function workOf({ values, usage: line }: Call, verb: string): Promise<JsonObject> {
  const named = texts(values, 'step');
  const file = text(values, 'steps');
  const runbook = text(values, 'runbook');
  const given = [named.length > 0, file !== null, runbook !== null].filter((one) => one);
  if (given.length !== 1) throw usage('Give --step, --steps FILE or --runbook NAME', line);
  if (runbook !== null) return { runbook };
  const steps = file === null ? named.map(stepNamed) : await readSteps(file);
  return {
    [`${verb}_steps`]: steps,
    ...(flag(values, 'without-ramdisk') ? { disable_ramdisk: true } : {}),
  };
}

function stepNamed(name: string): JsonObject {
  const dot = name.indexOf('.');
  return dot < 0 ? { step: name } : { interface: name.slice(0, dot), step: name.slice(dot + 1) };
}

export const clean = stepsCommand('clean', 'Runs clean steps on a manageable node.');
export const service = stepsCommand('service', 'Runs steps on an active node: into the ramdisk and back.');
