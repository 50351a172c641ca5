/** A file that lists steps: a JSON list of objects. */
import { z } from 'zod';
import { IngotError } from '../errors.ts';
import type { JsonObject } from './answers.ts';
import { read } from './config-drive.ts';

const stepsFile = z.array(z.record(z.string(), z.json())).min(1);

/** What each step may hold is the daemon's to say. Throws `invalid_input` with what is wrong with the file. */
export async function readSteps(path: string): Promise<JsonObject[]> {
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
