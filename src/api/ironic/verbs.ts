/** The microversion of each verb, and which arguments belong to which verb. Tables of data. */
import { IngotError } from '../../errors.ts';
import type { Verb } from '../../store/words.ts';
import type { ProvisionBody } from '../schemas/provision.ts';

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
const ARGUMENTS: readonly { readonly name: keyof ProvisionBody; readonly verbs: readonly Verb[] }[] = [
  { name: 'configdrive', verbs: ['active', 'rebuild'] },
  { name: 'clean_steps', verbs: ['clean'] },
  { name: 'deploy_steps', verbs: ['active', 'rebuild'] },
  { name: 'service_steps', verbs: ['service'] },
  { name: 'rescue_password', verbs: ['rescue'] },
  { name: 'disable_ramdisk', verbs: ['clean', 'service'] },
  { name: 'runbook', verbs: ['clean', 'service'] },
];

/** Throws `not_acceptable` when the target is newer than the request's microversion. */
export function verbSince(target: string, minor: number): void {
  const since = SINCE[target] ?? 1;
  if (minor >= since) return;
  throw new IngotError('not_acceptable', 'Request not acceptable.', {
    hint: `The target "${target}" needs X-OpenStack-Ironic-API-Version 1.${since} or newer.`,
  });
}

/** The argument without which a verb has nothing to do. */
const REQUIRED: Readonly<Partial<Record<Verb, 'clean_steps' | 'service_steps'>>> = {
  clean: 'clean_steps',
  service: 'service_steps',
};

/** What ingot cannot honour yet, by argument. */
const NOT_YET: Readonly<Partial<Record<keyof ProvisionBody, string>>> = {
  deploy_steps: 'ingot takes no deploy_steps yet',
  runbook: 'ingot has no runbooks yet',
  disable_ramdisk: 'ingot runs steps in the ramdisk only: disable_ramdisk cannot be true',
};

/** Throws `invalid_input` for an argument of another verb, one that is missing, or one that ingot cannot honour yet. */
export function checkArguments(verb: Verb, body: ProvisionBody): void {
  for (const { name, verbs } of ARGUMENTS) {
    const value = body[name];
    if (value === null || value === undefined) continue;
    if (!verbs.includes(verb)) {
      throw new IngotError(
        'invalid_input',
        `"${name}" is only valid when setting target provision state to ${verbs.join(' or ')}`,
        { hint: `Leave "${name}" out.` },
      );
    }
    const problem = NOT_YET[name];
    const asksNothing = value === false || (Array.isArray(value) && value.length === 0);
    if (problem !== undefined && !asksNothing)
      throw new IngotError('invalid_input', problem, { hint: `Leave "${name}" out.` });
  }
  const required = REQUIRED[verb];
  if (required === undefined || (body[required] ?? []).length > 0) return;
  throw new IngotError(
    'invalid_input',
    `"${required}" is required when setting target provision state to ${verb}`,
    { hint: `Name the steps, such as [{"interface": "deploy", "step": "erase_devices_metadata"}].` },
  );
}
