/** `ingot node set` and `unset`: what is wrong with a node is put right, field by field. */
import { holdsSecret, isSecretInstanceKey, isSecretKey } from '../../secret-words.ts';
import type { JsonObject } from '../answers.ts';
import { usage } from '../arguments.ts';
import type { PatchOp } from '../client.ts';
import { type Call, type Command, printJson } from '../command.ts';
import { EXIT } from '../io.ts';
import { readSecret, secretInArguments } from '../secret-file.ts';
import { label } from '../wait.ts';

type Json = JsonObject[string];

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
  if (wouldBeMasked(field, value)) {
    const name = typeof value === 'object' ? `${field}/NAME` : field;
    throw secretInArguments(`write ${name}=@FILE`, usageLine);
  }
  return { op: 'add', path, value };
}

/** Whether an answer would mask any of it. */
function wouldBeMasked(field: string, value: Json): boolean {
  const names = field.split('/');
  const whole = names.reduceRight<Json>((inner, name) => ({ [name]: inner }), value);
  return holdsSecret({ whole }, SECRET_KEYS.get(names[0] ?? '') ?? (() => false));
}

function jsonOrText(text: string): Json {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}
