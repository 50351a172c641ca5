/** `ingot node set` and `unset`: what is wrong with a node is put right, field by field. */
import { isSecretInstanceKey, isSecretKey, maskUrl } from '../../secret-words.ts';
import { usage } from '../arguments.ts';
import type { PatchOp } from '../client.ts';
import { type Call, type Command, printJson } from '../command.ts';
import { EXIT } from '../io.ts';
import { readSecret } from '../secret-file.ts';
import { label } from '../wait.ts';

const FIELDS = `
  FIELD is a field of the node, or one inside it: name, description, driver_info/redfish_address,
  properties/capabilities, instance_info/image_source, ... (\`ingot node show NAME --json\` has them all)`;

/** The fields that hold secrets, and which of their keys do. */
const SECRET_KEYS: ReadonlyMap<string, (key: string) => boolean> = new Map([
  ['driver_info', isSecretKey],
  ['instance_info', isSecretInstanceKey],
]);

export const set: Command = {
  usage: 'ingot node set NAME FIELD=VALUE …',
  summary: 'Changes fields of a node.',
  details: `${FIELDS}
  VALUE is JSON (true, 7, {"a": 1}) or else text. A secret comes from a file, so that no list of processes shows
  it: driver_info/redfish_password=@FILE; @- is standard input.
`,
  options: {},
  least: 2,
  most: 64,
  run: async (call) => {
    const operations: PatchOp[] = [];
    for (const word of call.positionals.slice(1)) operations.push(await setting(word, call.usage));
    return await patch(call, operations);
  },
};

export const unset: Command = {
  usage: 'ingot node unset NAME FIELD …',
  summary: 'Takes fields of a node away.',
  details: `${FIELDS}
`,
  options: {},
  least: 2,
  most: 64,
  run: (call) =>
    patch(
      call,
      call.positionals.slice(1).map((field) => ({ op: 'remove', path: `/${field}` })),
    ),
};

async function patch(call: Call, operations: readonly PatchOp[]): Promise<number> {
  const { client, io, json, positionals } = call;
  const node = await client.nodes.patch(positionals[0] ?? '', operations);
  if (json) printJson(io, { node });
  else io.out(`${label(node)}: ${operations.map(({ path }) => path.slice(1)).join(', ')} changed.\n`);
  return EXIT.ok;
}

/** Throws `usage` for a word that is no setting. */
async function setting(word: string, usageLine: string): Promise<PatchOp> {
  const equals = word.indexOf('=');
  if (equals < 1) throw usage(`"${word}" is not FIELD=VALUE`, usageLine);
  const field = word.slice(0, equals);
  const text = word.slice(equals + 1);
  const path = `/${field}`;
  if (text.startsWith('@')) return { op: 'add', path, value: await readSecret(text.slice(1)) };
  const value = jsonOrText(text);
  if (holdsSecret(field, value)) {
    const name = typeof value === 'object' ? `${field}/NAME` : field;
    throw usage(`A secret on the command line is seen by everybody: write ${name}=@FILE`, usageLine);
  }
  return { op: 'add', path, value };
}

/** Whether an answer would mask any of it. */
function holdsSecret(field: string, value: unknown): boolean {
  const [root = '', ...keys] = field.split('/');
  const whole = keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  return wouldBeMasked(whole, SECRET_KEYS.get(root) ?? (() => false));
}

function wouldBeMasked(value: unknown, isSecret: (key: string) => boolean): boolean {
  if (typeof value === 'string') return maskUrl(value, '') !== value;
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).some(
    ([key, inner]) => (isSecret(key) && inner !== null) || wouldBeMasked(inner, isSecret),
  );
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
