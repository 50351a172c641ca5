/** Steps that an operator asks for by name (`clean_steps`, `service_steps`), as steps of a job. Pure. */
import { IngotError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { JobStep } from '../../store/records/job.ts';
import { childPower } from '../kin.ts';
import type { StepName } from '../steps/catalog.ts';

export type AskedStep = {
  /** Ironic's interface that offers the step (`deploy`, `raid`, ...); null for the steps that every node has. */
  readonly interface: string | null;
  readonly step: string;
  readonly args: JsonObject;
  /** Done to the node's children (`parent_node`), all or those of these uuids, in the place of the node itself. */
  readonly onChildren?: { readonly only: readonly string[] | null };
};

/** Those that may offer steps (`network` those of service only); the agent says which there are. */
export const ASKED_STEP_INTERFACES = [
  'network',
  'vendor',
  'power',
  'management',
  'firmware',
  'deploy',
  'bios',
  'raid',
] as const;

/** Whose steps of the agent an operator may list. */
export type AskedKind = 'clean' | 'service';

const step = (name: StepName, args: JsonObject = {}): JobStep => ({ name, args });

type Reserved = (args: JsonObject, on: readonly JobStep[]) => readonly JobStep[];

/** The steps that every node has, whatever its agent offers (Ironic's "reserved functional steps"). */
const RESERVED: Readonly<Record<string, Reserved>> = {
  hold: () => [step('hold')],
  wait: (args) => [step('pause', { seconds: pauseSeconds(args) })],
  power_on: (_, on) => on,
  power_off: () => [step('power-off')],
  reboot: (_, on) => [step('power-off'), ...on],
};

/** How a machine is switched on: into the ramdisk, or into whatever is on its disk. */
const INTO_RAMDISK: readonly JobStep[] = [step('boot-ramdisk'), step('wait-agent')];
const AS_IT_IS: readonly JobStep[] = [step('power-on')];

const IN_BAND: Readonly<Record<AskedKind, StepName>> = { clean: 'clean-step', service: 'service-step' };
const CHECK: Readonly<Record<AskedKind, StepName>> = {
  clean: 'check-clean-steps',
  service: 'check-service-steps',
};

const LONGEST_PAUSE_S = 86_400;
/** In one list. */
export const MOST_STEPS = 256;

/**
 * The job's steps, in the order given; first the agent is asked whether it has them all.
 * Throws `invalid_input` for what no agent can make good.
 */
export function stepsAskedFor(
  kind: AskedKind,
  asked: readonly AskedStep[],
  { withoutRamdisk = false }: { readonly withoutRamdisk?: boolean } = {},
): readonly JobStep[] {
  if (asked.length === 0 || asked.length > MOST_STEPS) {
    throw new IngotError('invalid_input', `${kind}_steps must name 1 to ${MOST_STEPS} steps`, {
      hint: 'Give a list such as [{"interface": "deploy", "step": "erase_devices_metadata"}].',
    });
  }
  if (withoutRamdisk) return asked.flatMap((one) => stepsWithoutRamdisk(kind, one));
  return [step(CHECK[kind]), ...asked.flatMap((one) => jobStepsOf(kind, one))];
}

export function isReserved(step: string): boolean {
  return Object.hasOwn(RESERVED, step);
}

/**
 * The job's steps for a reserved one; none for any other. `on` are those that switch the machine on. Throws
 * `invalid_input` for arguments out of bounds.
 */
export function reservedSteps(
  step: string,
  args: JsonObject,
  on: readonly JobStep[] = INTO_RAMDISK,
): readonly JobStep[] {
  return (isReserved(step) ? RESERVED[step]?.(args, on) : undefined) ?? [];
}

const CHILD_TARGETS = { power_on: 'power on', power_off: 'power off', reboot: 'rebooting' } as const;

/**
 * No agent runs on a child while its parent's steps do: what can be done to it is its power. Throws `invalid_input`.
 */
function stepsOnChildren(kind: AskedKind, { step: name, onChildren }: AskedStep): readonly JobStep[] {
  const target = Object.entries(CHILD_TARGETS).find(([known]) => known === name)?.[1];
  const only = onChildren?.only ?? null;
  if (target !== undefined) return [childPower({ target, ...(only === null ? {} : { only }) })];
  throw new IngotError('invalid_input', `The ${kind} step "${name}" cannot be executed on child nodes`, {
    hint: isReserved(name)
      ? 'It is for the node itself: leave execute_on_child_nodes out.'
      : `On child nodes there are: ${Object.keys(CHILD_TARGETS).join(', ')}. All others need an agent, and none runs ` +
        'there while the node has its steps: clean or service the child itself.',
  });
}

/** In Ironic's words (ironic/conductor/steps.py, _validate_user_step). */
function stepsWithoutRamdisk(kind: AskedKind, asked: AskedStep): readonly JobStep[] {
  const { step: name, args } = asked;
  if (asked.onChildren !== undefined) return stepsOnChildren(kind, asked);
  if (isReserved(name)) return reservedSteps(name, args, AS_IT_IS);
  throw new IngotError('invalid_input', `${kind} step ${name} requires booting a ramdisk`, {
    hint: `Leave disable_ramdisk out. Without the ramdisk there are: ${Object.keys(RESERVED).join(', ')}.`,
  });
}

function jobStepsOf(kind: AskedKind, asked: AskedStep): readonly JobStep[] {
  const { step: name, args } = asked;
  if (asked.onChildren !== undefined) return stepsOnChildren(kind, asked);
  // As in Ironic, which asks for an interface, whatever that is (ironic/conductor/steps.py, reserved steps).
  if (isReserved(name)) return reservedSteps(name, args);
  if (asked.interface === null) {
    throw new IngotError('invalid_input', `The step "${name}" of ${kind}_steps names no interface`, {
      hint: `Without an interface there are: ${Object.keys(RESERVED).join(', ')}.`,
    });
  }
  return [step(IN_BAND[kind], { step: { interface: asked.interface, step: name, args } })];
}

function pauseSeconds({ seconds = 0 }: JsonObject): number {
  if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 0 && seconds <= LONGEST_PAUSE_S)
    return seconds;
  throw new IngotError(
    'invalid_input',
    `The step "wait" cannot wait for ${JSON.stringify(seconds)} seconds`,
    {
      hint: `Set args.seconds to a whole number from 0 to ${LONGEST_PAUSE_S}.`,
    },
  );
}
