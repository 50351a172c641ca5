/** JSON Patch on plain data, with Ironic's sentences for what does not work. Pure: the document stays as it is. */
import { IngotError } from '../errors.ts';
import { isArray, type Json, type JsonObject } from '../json.ts';
import type { PatchOperation } from './schemas/patch.ts';

export type PatchRules = {
  /** Fields that may be changed. */
  readonly allowed: readonly string[];
  /** Fields that may not be removed. */
  readonly mandatory: readonly string[];
  /** What removing a field leaves; the default is null. */
  readonly emptied: Readonly<Record<string, Json>>;
};

/** Applies `patch` in order. Returns the new document; throws `invalid_input` with the operation at fault. */
export function applyPatch(
  document: JsonObject,
  patch: readonly PatchOperation[],
  rules: PatchRules,
): JsonObject {
  return patch.reduce((current, operation) => applyOne(current, operation, rules), document);
}

/** The root fields that a patch names, each once. */
export function patchedFields(patch: readonly PatchOperation[]): readonly string[] {
  return [...new Set(patch.map((operation) => operation.path.split('/')[1] ?? ''))];
}

function applyOne(document: JsonObject, operation: PatchOperation, rules: PatchRules): JsonObject {
  const [root = '', ...rest] = operation.path.slice(1).split('/');
  if (!rules.allowed.includes(root)) {
    throw refuse(
      `Cannot patch ${operation.path}. Only the following can be updated: ${rules.allowed.join(', ')}`,
    );
  }
  if (rest.length > 0) return { ...document, [root]: changeInside(document[root] ?? null, rest, operation) };
  if (operation.op !== 'remove') return { ...document, [root]: operation.value };
  if (rules.mandatory.includes(root)) {
    throw refuse(`Schema error for patch: '${root}' is a required property`);
  }
  return { ...document, [root]: rules.emptied[root] ?? null };
}

function changeInside(target: Json, path: readonly string[], operation: PatchOperation): Json {
  const [key = '', ...rest] = path;
  if (target !== null && typeof target === 'object') {
    return isArray(target)
      ? changeArray(target, key, { rest, operation })
      : changeObject(target, key, { rest, operation });
  }
  throw cannot(operation, `can't ${operation.op} '${key}' inside something that is no object`);
}

type Rest = { readonly rest: readonly string[]; readonly operation: PatchOperation };

function changeObject(target: JsonObject, key: string, { rest, operation }: Rest): JsonObject {
  const present = Object.hasOwn(target, key);
  if (!present && (operation.op !== 'add' || rest.length > 0)) {
    throw cannot(operation, `can't ${operation.op} a non-existent object '${key}'`);
  }
  if (rest.length > 0) return { ...target, [key]: changeInside(target[key] ?? null, rest, operation) };
  if (operation.op !== 'remove') return { ...target, [key]: operation.value };
  return Object.fromEntries(Object.entries(target).filter(([name]) => name !== key));
}

function changeArray(target: readonly Json[], key: string, { rest, operation }: Rest): readonly Json[] {
  const index = key === '-' ? target.length : /^\d{1,6}$/.test(key) ? Number(key) : -1;
  const adding = operation.op === 'add' && rest.length === 0;
  if (adding && index > target.length) throw cannot(operation, "can't insert outside of list");
  if (index < 0 || index > target.length || (index === target.length && !adding)) {
    throw cannot(operation, `can't ${operation.op} a non-existent object '${key}'`);
  }
  if (rest.length > 0) return target.with(index, changeInside(target[index] ?? null, rest, operation));
  if (operation.op === 'remove') return target.toSpliced(index, 1);
  return operation.op === 'add'
    ? target.toSpliced(index, 0, operation.value)
    : target.with(index, operation.value);
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
