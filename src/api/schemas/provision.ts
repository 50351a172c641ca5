/** `PUT states/provision` and `PUT states/power`. */
import { z } from 'zod';
import { ASKED_STEP_INTERFACES, MOST_STEPS } from '../../lifecycle/plans/asked-steps.ts';
import { jsonObject, looseBoolean, looseInteger, uuid, WHOLE_SENTENCE } from './common.ts';
import { deployStep } from './step-list.ts';

/** Ironic takes user data as text, or as an object that is written as JSON. */
const userData = z.union([
  z.string(),
  z.union([jsonObject, z.array(z.json())]).transform((value) => JSON.stringify(value)),
]);

export const configDriveObject = z.strictObject({
  meta_data: jsonObject.optional(),
  user_data: userData.optional(),
  network_data: jsonObject.optional(),
  vendor_data: jsonObject.optional(),
});

/** A step that an operator names; only Ironic's reserved ones (`hold`, `wait`, `reboot`, ...) need no interface. */
const askedStep = z
  .strictObject({
    interface: z
      .enum(ASKED_STEP_INTERFACES, `an interface of steps is one of ${ASKED_STEP_INTERFACES.join(', ')}`)
      .nullable()
      .default(null),
    step: z.string().min(1).max(200),
    args: jsonObject.default({}),
    execute_on_child_nodes: z.boolean().default(false),
    limit_child_node_execution: z.array(uuid).max(1_000).nullish(),
  })
  .transform(({ execute_on_child_nodes: onAll, limit_child_node_execution: limit, ...step }) =>
    // As in Ironic, an empty list limits nothing.
    onAll ? { ...step, onChildren: { only: limit == null || limit.length === 0 ? null : limit } } : step,
  );

const MANY = `at most ${MOST_STEPS} steps can be asked for at once`;
export const deploySteps = z.array(deployStep).max(MOST_STEPS, MANY);
const askedSteps = z.array(askedStep).max(MOST_STEPS, MANY);

/** Its hash takes time by its length, and ssh servers take no more. */
const LONGEST_PASSWORD = 256;

/** What decides whether the rest of the request is looked at. */
export const provisionTarget = z.looseObject({ target: z.string() });

export const provisionBody = z.strictObject({
  target: z.string(),
  configdrive: z.union([z.string(), configDriveObject]).nullish(),
  clean_steps: askedSteps.nullish(),
  deploy_steps: deploySteps.nullish(),
  service_steps: askedSteps.nullish(),
  rescue_password: z.string().max(LONGEST_PASSWORD, `has more than ${LONGEST_PASSWORD} characters`).nullish(),
  disable_ramdisk: looseBoolean.nullish(),
  runbook: z.string().nullish(),
});
export type ProvisionBody = z.output<typeof provisionBody>;

/** Seconds. The machine holds one of `limits.power_actions` meanwhile. */
const LONGEST_POWER_TIMEOUT = 3_600;

export const powerBody = z.strictObject({
  target: z.string(),
  /** Seconds that the machine is given, instead of `timeouts.power_s`. */
  timeout: looseInteger
    .refine((seconds) => seconds > 0, {
      message: 'timeout has to be positive integer',
      params: WHOLE_SENTENCE,
    })
    .refine((seconds) => seconds <= LONGEST_POWER_TIMEOUT, {
      message: `timeout has to be ${LONGEST_POWER_TIMEOUT} seconds at most`,
      params: WHOLE_SENTENCE,
    })
    .nullish(),
});
