/** Which disk gets the image: root device hints, or the smallest disk that is large enough. */
import { AgentError } from '../base/agent-error.ts';
import { isRecord, type JsonRecord, recordField } from '../base/json.ts';
import { type Disk, describeDisk, describeDisks, GIB } from './disk.ts';
import { booleanMatches, numberMatches, type PlainRule, textMatches } from './hint-rule.ts';

/** Without hints a disk must have at least this (ironic_python_agent/utils.py, guess_root_disk). */
const LEAST_BYTES = 4 * GIB;

type HintField =
  | { readonly kind: 'text'; readonly plain: PlainRule; readonly of: (disk: Disk) => string | null }
  | { readonly kind: 'number'; readonly of: (disk: Disk) => number }
  | { readonly kind: 'boolean'; readonly of: (disk: Disk) => boolean };

/** Every hint, what it looks at, and how a plain value is matched. */
const HINT_FIELDS: ReadonlyMap<string, HintField> = new Map<string, HintField>([
  ['size', { kind: 'number', of: (disk) => Math.floor(disk.size / GIB) }],
  ['model', { kind: 'text', plain: 'substring', of: (disk) => disk.model }],
  ['vendor', { kind: 'text', plain: 'substring', of: (disk) => disk.vendor }],
  ['serial', { kind: 'text', plain: 'exact', of: (disk) => disk.serial }],
  ['wwn', { kind: 'text', plain: 'exact', of: (disk) => disk.wwn }],
  ['wwn_with_extension', { kind: 'text', plain: 'exact', of: (disk) => disk.wwn_with_extension }],
  ['wwn_vendor_extension', { kind: 'text', plain: 'exact', of: (disk) => disk.wwn_vendor_extension }],
  ['name', { kind: 'text', plain: 'exact', of: (disk) => disk.name }],
  ['hctl', { kind: 'text', plain: 'exact', of: (disk) => disk.hctl }],
  ['by_path', { kind: 'text', plain: 'exact', of: (disk) => disk.by_path }],
  ['rotational', { kind: 'boolean', of: (disk) => disk.rotational }],
]);

export type RootDeviceHints = { readonly [hint: string]: string };

/** The node's hints: `instance_info.root_device` if it has any, else `properties.root_device`. */
export function hintsOfNode(node: JsonRecord): RootDeviceHints {
  for (const holder of ['instance_info', 'properties']) {
    const hints = recordField(node, holder).root_device;
    if (isRecord(hints) && Object.keys(hints).length > 0) return hintsOf(hints);
  }
  return {};
}

function hintsOf(hints: JsonRecord): RootDeviceHints {
  const entries = Object.entries(hints).map(([hint, value]): [string, string] => {
    if (!HINT_FIELDS.has(hint)) {
      const known = [...HINT_FIELDS.keys()].join(', ');
      throw new AgentError(
        'invalid_params',
        `root device hint "${hint}" is not known; the hints are ${known}`,
      );
    }
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return [hint, String(value)];
    }
    throw new AgentError(
      'invalid_params',
      `root device hint "${hint}" must be a text, a number or true/false`,
    );
  });
  return Object.fromEntries(entries);
}

function matches(disk: Disk, hint: string, expression: string): boolean {
  const field = HINT_FIELDS.get(hint);
  if (field === undefined) return false;
  switch (field.kind) {
    case 'number':
      return numberMatches(field.of(disk), expression, hint);
    case 'boolean':
      return booleanMatches(field.of(disk), expression, hint);
    case 'text': {
      const have = field.of(disk);
      return have !== null && textMatches(have, expression, field.plain);
    }
  }
}

function describeHints(hints: RootDeviceHints): string {
  return Object.entries(hints)
    .map(([hint, value]) => `${hint} "${value}"`)
    .join(' and ');
}

/**
 * The one disk that fits. Throws `no_device` when none does and `ambiguous_device` when hints fit more than
 * one: an image on the wrong disk destroys data, so ingot never guesses among them. Both name the disks seen.
 */
export function chooseRootDevice(disks: readonly Disk[], hints: RootDeviceHints): Disk {
  const writable = disks.filter((disk) => !disk.readOnly);
  if (Object.keys(hints).length === 0) return smallest(writable);
  const fitting = writable.filter((disk) =>
    Object.entries(hints).every(([hint, expression]) => matches(disk, hint, expression)),
  );
  const [only, ...others] = fitting;
  if (only === undefined) {
    throw new AgentError(
      'no_device',
      `no disk matches the root device hints ${describeHints(hints)}; seen: ${describeDisks(writable)}`,
    );
  }
  if (others.length > 0) {
    throw new AgentError(
      'ambiguous_device',
      `${fitting.length} disks match the root device hints ${describeHints(hints)}: ` +
        fitting.map(describeDisk).join('; '),
    );
  }
  return only;
}

function smallest(disks: readonly Disk[]): Disk {
  const [first] = disks
    .filter((disk) => disk.size >= LEAST_BYTES)
    .toSorted((a, b) => a.size - b.size || (a.name < b.name ? -1 : 1));
  if (first !== undefined) return first;
  throw new AgentError('no_device', `no disk has 4 GiB or more; seen: ${describeDisks(disks)}`);
}
