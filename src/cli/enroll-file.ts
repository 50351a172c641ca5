/** `baremetal create` files: YAML or JSON with `nodes`, each with its `ports`. Pure. */
import { type Document, parseDocument } from 'yaml';
import { z } from 'zod';
import { plainWords } from '../config/plain-words.ts';
import { IngotError } from '../errors.ts';
import type { JsonObject } from './answers.ts';

/** The daemon judges what the fields hold; here it is only told which entry is at fault. */
const port = z.looseObject({ address: z.string() });

const node = z.looseObject({
  name: z.string().min(1).optional(),
  driver: z.string(),
  ports: z.array(port).default([]),
});

const file = z.strictObject({ nodes: z.array(node).min(1).max(10_000) });

export type Entry = {
  /** `nodes[2] (rack1-07)`, for messages. */
  readonly label: string;
  readonly name: string | null;
  readonly macs: readonly string[];
  /** The body for the API. */
  readonly body: JsonObject;
};

const jsonObject = z.record(z.string(), z.json());

/** Throws `invalid_input` that names the file, the entry and the mistake. */
export function readEnrollFile(content: string, path: string): readonly Entry[] {
  const document = parseDocument(content, { prettyErrors: true });
  const [mistake] = document.errors;
  if (mistake !== undefined)
    throw wrong(
      mistake.code === 'MULTIPLE_DOCS'
        ? `${path} holds several YAML documents: put all nodes below one \`nodes:\``
        : `${path} is neither YAML nor JSON: ${mistake.message.split('\n', 1)[0] ?? ''}`,
    );
  const parsed = file.safeParse(contentOf(document, path), { error: plainWords });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(
      `${path}: ${issue === undefined ? 'wrong shape' : `${formatPath(issue.path)} ${issueText(issue)}`}`,
    );
  }
  const entries = parsed.data.nodes.map((one, index): Entry => {
    const body = jsonObject.safeParse(one);
    // YAML has numbers and times that JSON has not.
    if (!body.success)
      throw wrong(
        `${path}: ${formatPath(['nodes', index, ...(body.error.issues[0]?.path ?? [])])} holds what JSON cannot say: write it in quotes`,
      );
    return {
      label: `nodes[${index}]${one.name === undefined ? '' : ` (${one.name})`}`,
      name: one.name ?? null,
      macs: one.ports.map((each) => each.address.toLowerCase()),
      body: body.data,
    };
  });
  refuseDoubles(entries, path);
  return entries;
}

function contentOf(document: Document.Parsed, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (thrown) {
    throw wrong(`${path}: an alias cannot be followed: ${thrown instanceof Error ? thrown.message : thrown}`);
  }
}

function refuseDoubles(entries: readonly Entry[], path: string): void {
  const owner = new Map<string, Entry>();
  for (const entry of entries) {
    for (const key of [...entry.macs, ...(entry.name === null ? [] : [`name ${entry.name}`])]) {
      const other = owner.get(key);
      if (other !== undefined) throw wrong(`${path}: ${entry.label} and ${other.label} both have ${key}`);
      owner.set(key, entry);
    }
  }
}

function issueText(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message;
  return `has ${issue.keys.join(', ')}, which is nothing that is known here`;
}

function formatPath(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text === '' ? 'the file' : text.replace(/^\./, '');
}

function wrong(message: string): IngotError {
  return new IngotError('invalid_input', message, {
    hint: 'The shape is that of `baremetal create`: nodes: [{name, driver, driver_info, properties, ports: [{address}]}].',
  });
}
