/** A file that lists steps: a JSON list of objects. */
import { z } from 'zod';
import { plainWords } from '../config/plain-words.ts';
import { IngotError } from '../errors.ts';
import type { JsonObject } from './answers.ts';
import { read } from './config-drive.ts';

const stepsFile = z.array(z.record(z.string(), z.json())).min(1);

/** What each step may hold is the daemon's to say. Throws `invalid_input` with what is wrong with the file. */
export async function readSteps(path: string): Promise<JsonObject[]> {
  const { data, error } = stepsFile.safeParse(parseJson(await read(path), path), { error: plainWords });
  if (data !== undefined) return data;
  const [issue] = error.issues;
  const at = issue?.path[0];
  const where = typeof at === 'number' ? `step ${at + 1}` : 'the file';
  throw noSteps(path, `${where} ${issue?.message ?? 'is none'}`);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw noSteps(path, `this is no JSON (${cause instanceof Error ? cause.message : String(cause)})`);
  }
}

function noSteps(path: string, said: string): IngotError {
  return new IngotError('invalid_input', `${path} holds no list of steps: ${said}`, {
    hint: 'Write a JSON list such as [{"interface": "deploy", "step": "erase_devices_metadata", "args": {}}]. Steps of deploys, templates and runbooks have a "priority" or an "order" too.',
  });
}
