/** The microversion of each verb, and which arguments belong to which verb. Tables of data. */
import { IngotError } from '../../../errors.ts';
import type { ProvisionState, Verb } from '../../../store/words.ts';
import type { ProvisionBody } from '../../schemas/provision.ts';
import { minimalVersion, notAcceptable } from '../since.ts';
import { isEmpty } from './config-drive.ts';

/** The microversion that first takes each target (ironic/api/controllers/v1/versions.py). */
const SINCE: Readonly<Record<string, number>> = {
  active: 1,
  deleted: 1,
  rebuild: 1,
  manage: 4,
  provide: 4,
  inspect: 6,
  abort: 13,
  clean: 15,
  adopt: 17,
  rescue: 38,
  unrescue: 38,
  deploy: 73,
  undeploy: 73,
  unhold: 85,
  service: 87,
};

/** Arguments and the verbs that take them, in the order in which Ironic looks at them. */
const ARGUMENTS: readonly {
  readonly name: keyof ProvisionBody;
  readonly verbs: readonly Verb[];
  /** The microversion that first takes it. */
  readonly since?: number;
  /** What Ironic says of it before that. */
  readonly before?: string;
  /** What Ironic says of it with another verb, where that is not its usual sentence. */
  readonly misplaced?: string;
}[] = [
  {
    name: 'configdrive',
    verbs: ['active', 'rebuild'],
    misplaced: 'Adding a config drive is only supported when setting provision state to active, rebuild',
  },
  { name: 'runbook', verbs: ['clean', 'service'], since: 92 },
  {
    name: 'disable_ramdisk',
    verbs: ['clean', 'service'],
    since: 70,
    before: 'disable_ramdisk is not acceptable in this API version',
    misplaced: 'disable_ramdisk is supported only with manual cleaning or servicing',
  },
  { name: 'clean_steps', verbs: ['clean'] },
  {
    name: 'deploy_steps',
    verbs: ['active', 'rebuild'],
    since: 69,
    before: minimalVersion(69),
  },
  { name: 'rescue_password', verbs: ['rescue'] },
  { name: 'service_steps', verbs: ['service'] },
];

/** Of these an empty one counts as none, as it does in Ironic. */
const NOTHING_WHEN_EMPTY: ReadonlySet<keyof ProvisionBody> = new Set([
  ...(['configdrive', 'clean_steps', 'deploy_steps', 'service_steps'] as const),
]);

function isGiven(name: keyof ProvisionBody, value: ProvisionBody[keyof ProvisionBody]): boolean {
  if (value === null || value === undefined) return false;
  return typeof value === 'boolean' || !NOTHING_WHEN_EMPTY.has(name) || !isEmpty(value);
}

/** Throws `not_acceptable` when the target is newer than the request's microversion. */
export function verbSince(target: string, minor: number): void {
  const since = SINCE[target] ?? 1;
  if (minor >= since) return;
  throw notAcceptable(target, since);
}

/** States out of which the way by `abort` came later than the verb itself. */
const ABORT_SINCE: Readonly<Partial<Record<ProvisionState, number>>> = { 'inspect wait': 41 };

/** Throws `not_acceptable` for an abort that the request's microversion does not have in this state. */
export function abortSince(verb: Verb, state: ProvisionState, minor: number): void {
  const since = verb === 'abort' ? (ABORT_SINCE[state] ?? 1) : 1;
  if (minor < since) throw notAcceptable(`abort in "${state}"`, since);
}

/** The argument without which a verb has nothing to do. */
const REQUIRED: Readonly<Partial<Record<Verb, 'clean_steps' | 'service_steps'>>> = {
  clean: 'clean_steps',
  service: 'service_steps',
};

/**
 * Throws `invalid_input` for an argument of another verb, one that is missing or two that exclude each other,
 * `not_acceptable` for one that the request's microversion does not have.
 */
export function checkArguments(verb: Verb, body: ProvisionBody, minor: number): void {
  for (const { name, verbs, since = 1, before, misplaced } of ARGUMENTS) {
    if (!isGiven(name, body[name])) continue;
    if (minor < since) throw notAcceptable(name, since, before);
    if (!verbs.includes(verb)) {
      throw new IngotError(
        'invalid_input',
        misplaced ?? `"${name}" is only valid when setting target provision state to ${verbs.join(' or ')}`,
        { hint: `Leave "${name}" out.` },
      );
    }
  }
  const required = REQUIRED[verb];
  if (required === undefined) return;
  const named = (body[required] ?? []).length > 0;
  const hasRunbook = (body.runbook ?? null) !== null;
  if (named && hasRunbook) {
    throw new IngotError('invalid_input', `Please provide either "${required}" or a runbook, but not both.`, {
      hint: 'Leave one of the two out.',
    });
  }
  if (named || hasRunbook) return;
  throw new IngotError(
    'invalid_input',
    `"${required}" is required when setting target provision state to ${verb}`,
    { hint: `Name the steps, such as [{"interface": "deploy", "step": "erase_devices_metadata"}].` },
  );
}
