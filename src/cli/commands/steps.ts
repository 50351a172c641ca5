/** `ingot node clean` and `service`: the verbs that take a list of steps. */
import { z } from 'zod';
import { IngotError } from '../../errors.ts';
import type { JsonObject } from '../answers.ts';
import { text, texts, usage, WAIT_OPTIONS } from '../arguments.ts';
import { type Call, type Command, nameOf } from '../command.ts';
import { read } from '../config-drive.ts';
import { follow, timeoutOf, WAIT_HELP } from './verbs.ts';

const DETAILS = `
  --step INTERFACE.STEP  a step of the agent, such as deploy.erase_devices_metadata; or one that every node
                         has: hold, reboot, power_on, power_off; may be repeated, and is done in this order
  --steps FILE           instead: a JSON list of {"interface": …, "step": …, "args": {…}}
${WAIT_HELP}`;

const stepsFile = z.array(z.record(z.string(), z.json())).min(1);

function stepsCommand(verb: 'clean' | 'service', summary: string): Command {
  return {
    usage: `ingot node ${verb} NAME --step INTERFACE.STEP … [--wait [--timeout S]]`,
    summary,
    details: DETAILS,
    options: { step: { type: 'string', multiple: true }, steps: { type: 'string' }, ...WAIT_OPTIONS },
    least: 1,
    most: 1,
    run: async (call) => {
      const steps = await stepsOf(call);
      const timeoutMs = timeoutOf(call);
      const { uuid } = await call.client.nodes.get(nameOf(call));
      await call.client.provision(uuid, verb, { [`${verb}_steps`]: steps });
      return follow(call, { uuid, verb, timeoutMs });
    },
  };
}

async function stepsOf({ values, usage: line }: Call): Promise<JsonObject[]> {
  const named = texts(values, 'step');
  const file = text(values, 'steps');
  if ((file === null) === (named.length === 0)) throw usage('Give --step or --steps FILE', line);
  return file === null ? named.map(stepNamed) : await readSteps(file);
}

function stepNamed(name: string): JsonObject {
  const dot = name.indexOf('.');
  return dot < 0 ? { step: name } : { interface: name.slice(0, dot), step: name.slice(dot + 1) };
}

/** Throws `invalid_input` with what is wrong with the file. */
async function readSteps(path: string): Promise<JsonObject[]> {
  try {
    return stepsFile.parse(JSON.parse(await read(path)));
  } catch (cause) {
    const said = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new IngotError('invalid_input', `${path} holds no list of steps: ${said}`, {
      hint: 'Write a JSON list such as [{"interface": "deploy", "step": "erase_devices_metadata"}].',
      cause,
    });
  }
}

export const clean = stepsCommand('clean', 'Runs clean steps on a manageable node.');
export const service = stepsCommand('service', 'Runs steps on an active node: into the ramdisk and back.');
