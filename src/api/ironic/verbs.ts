/** The microversion of each verb, and which arguments belong to which verb. Tables of data. */
import { IngotError } from '../../errors.ts';
import type { Verb } from '../../store/words.ts';
import type { ProvisionBody } from '../schemas/provision.ts';
import { minimalVersion, notAcceptable } from './since.ts';

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

/** Arguments and the verbs that take them. */
const ARGUMENTS: readonly {
  readonly name: keyof ProvisionBody;
  readonly verbs: readonly Verb[];
  /** The microversion that first takes it. */
  readonly since?: number;
  /** What Ironic says of it before that. */
  readonly before?: string;
}[] = [
  { name: 'configdrive', verbs: ['active', 'rebuild'] },
  { name: 'clean_steps', verbs: ['clean'] },
  {
    name: 'deploy_steps',
    verbs: ['active', 'rebuild'],
    since: 69,
    before: minimalVersion(69),
  },
  { name: 'service_steps', verbs: ['service'] },
  { name: 'rescue_password', verbs: ['rescue'] },
  {
    name: 'disable_ramdisk',
    verbs: ['clean', 'service'],
    since: 70,
    before: 'disable_ramdisk is not acceptable in this API version',
  },
  { name: 'runbook', verbs: ['clean', 'service'], since: 92 },
];

/** Throws `not_acceptable` when the target is newer than the request's microversion. */
export function verbSince(target: string, minor: number): void {
  const since = SINCE[target] ?? 1;
  if (minor >= since) return;
  throw notAcceptable(target, since);
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
  for (const { name, verbs, since = 1, before } of ARGUMENTS) {
    const value = body[name];
    if (value === null || value === undefined) continue;
    if (minor < since) throw notAcceptable(name, since, before);
    if (!verbs.includes(verb)) {
      throw new IngotError(
        'invalid_input',
        `"${name}" is only valid when setting target provision state to ${verbs.join(' or ')}`,
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
