/** JSON Patch on plain data, with Ironic's sentences for what does not work. Pure: the document stays as it is. */
import { IngotError } from '../errors.ts';
import { isArray, type Json, type JsonObject } from '../json.ts';
import { keysOf, type PatchOperation } from './schemas/patch.ts';

export type PatchRules = {
  /** Fields that may be changed. */
  readonly allowed: readonly string[];
  /** Fields that may not be removed. */
  readonly mandatory: readonly string[];
  /** What removing a field leaves; the default is null. */
  readonly emptied: Readonly<Record<string, Json>>;
};

/** A copy of JSON, to be changed in place. */
type Draft = null | boolean | number | string | Draft[] | { [key: string]: Draft };

/** Applies `patch` in order. Returns the new document; throws `invalid_input` with the operation at fault. */
export function applyPatch(
  document: JsonObject,
  patch: readonly PatchOperation[],
  rules: PatchRules,
): JsonObject {
  const fields = new Map<string, Json>(Object.entries(document));
  // Copied once a patch: a copy for each of a thousand operations takes seconds where a field is large.
  const drafts = new Map<string, Draft>();
  for (const operation of patch) {
    const [root = '', ...rest] = keysOf(operation.path);
    if (!rules.allowed.includes(root)) {
      throw refuse(
        `Cannot patch ${operation.path}. Only the following can be updated: ${rules.allowed.join(', ')}`,
      );
    }
    if (rest.length > 0) {
      const draft = drafts.get(root) ?? draftOf(fields.get(root) ?? null);
      changeInside(draft, rest, operation);
      drafts.set(root, draft);
      fields.set(root, draft);
    } else {
      drafts.delete(root);
      fields.set(root, wholeField(root, operation, rules));
    }
  }
  return Object.fromEntries(fields);
}

/** The root fields that a patch names, each once. */
export function patchedFields(patch: readonly PatchOperation[]): readonly string[] {
  return [...new Set(patch.map(({ path }) => keysOf(path)[0] ?? ''))];
}

function wholeField(root: string, operation: PatchOperation, rules: PatchRules): Json {
  if (operation.op !== 'remove') return operation.value;
  if (rules.mandatory.includes(root)) {
    throw refuse(`Schema error for patch: '${root}' is a required property`);
  }
  return rules.emptied[root] ?? null;
}

function draftOf(value: Json): Draft {
  if (value === null || typeof value !== 'object') return value;
  if (isArray(value)) return value.map(draftOf);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, draftOf(inner)]));
}

function changeInside(target: Draft, path: readonly string[], operation: PatchOperation): void {
  const [key = '', ...rest] = path;
  if (target === null || typeof target !== 'object')
    throw cannot(operation, `can't ${operation.op} '${key}' inside something that is no object`);
  if (Array.isArray(target)) changeArray(target, key, { rest, operation });
  else changeObject(target, key, { rest, operation });
}

type Rest = { readonly rest: readonly string[]; readonly operation: PatchOperation };

function changeObject(target: { [key: string]: Draft }, key: string, { rest, operation }: Rest): void {
  const present = Object.hasOwn(target, key);
  if (!present && (operation.op !== 'add' || rest.length > 0)) {
    throw cannot(operation, `can't ${operation.op} a non-existent object '${key}'`);
  }
  if (rest.length > 0) changeInside(target[key] ?? null, rest, operation);
  else if (operation.op === 'remove') delete target[key];
  else target[key] = draftOf(operation.value);
}

function changeArray(target: Draft[], key: string, { rest, operation }: Rest): void {
  const index = key === '-' ? target.length : /^\d{1,6}$/.test(key) ? Number(key) : -1;
  const adding = operation.op === 'add' && rest.length === 0;
  if (adding && index > target.length) throw cannot(operation, "can't insert outside of list");
  if (index < 0 || index > target.length || (index === target.length && !adding)) {
    throw cannot(operation, `can't ${operation.op} a non-existent object '${key}'`);
  }
  if (rest.length > 0) changeInside(target[index] ?? null, rest, operation);
  else if (operation.op === 'remove') target.splice(index, 1);
  else target.splice(index, adding ? 0 : 1, draftOf(operation.value));
}

function cannot(operation: PatchOperation, reason: string): IngotError {
  // The value is left out of the sentence: it may be a password.
  const shown = `{'op': '${operation.op}', 'path': '${operation.path}'}`;
  return refuse(`Couldn't apply patch '${shown}'. Reason: ${reason}`);
}

function refuse(message: string): IngotError {
  return new IngotError('invalid_input', message, {
    hint: 'See how it is (`ingot node show NAME --json`), correct the change and ask again.',
  });
}
