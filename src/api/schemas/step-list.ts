/** The shapes of deploy templates and runbooks as clients write them, and of their steps. */
import { z } from 'zod';
import { MOST_STEPS } from '../../lifecycle/plans/asked-steps.ts';
import { DEPLOY_STEP_INTERFACES } from '../../lifecycle/plans/deploy-steps.ts';
import { jsonObject, looseBoolean, sortedPaging, uuid } from './common.ts';
import { trait } from './trait.ts';

/** Ironic's client writes numbers of steps as text, too. */
const rank = z.union([
  z.int().min(0).max(1_000_000),
  z
    .string()
    .regex(/^\d{1,6}$/, 'Expected a whole number')
    .transform(Number),
]);

const ranked = {
  interface: z.enum(
    DEPLOY_STEP_INTERFACES,
    `an interface of steps is one of ${DEPLOY_STEP_INTERFACES.join(', ')}`,
  ),
  step: z.string().min(1).max(200),
} as const;

export const deployStep = z.strictObject({ ...ranked, args: jsonObject, priority: rank });
const runbookStep = z.strictObject({ ...ranked, args: jsonObject.default({}), order: rank });

const stepsOf = <T extends z.ZodType>(step: T) =>
  z
    .array(step)
    .min(1, 'a list of steps has one at least')
    .max(MOST_STEPS, `at most ${MOST_STEPS} steps stand in one list`);

const extra = jsonObject.nullish().transform((given) => given ?? {});
const flag = looseBoolean.nullish().transform((given) => given ?? false);

export const deployTemplateWritable = z.strictObject({
  name: trait,
  steps: stepsOf(deployStep),
  extra,
});
export const runbookWritable = z.strictObject({
  name: trait,
  steps: stepsOf(runbookStep),
  extra,
  disable_ramdisk: flag,
  public: flag,
  owner: z.string().max(255).nullable().default(null),
});
/** Which uuid a list shall have, beside its fields; Ironic's client sends null for none. */
export const newUuid = z.looseObject({ uuid: uuid.nullish() });

export const stepListQuery = z.strictObject(sortedPaging);
