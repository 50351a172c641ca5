/**
 * What a look at a node's BMC changes in the record, and the events that tell it; nothing when all is as it was. Pure.
 */
import type { BmcPower } from '../../bmc/bmc.ts';
import type { IngotError } from '../../errors.ts';
import type { NewEvent } from '../../store/records/event.ts';
import type { BmcTrouble, NodeRecord } from '../../store/records/node.ts';
import type { NodePatch } from '../../store/store.ts';
import type { PowerState, ProvisionState } from '../../store/words.ts';
import { withoutFullStop } from '../engine/retry.ts';
import { clockTime, duration } from '../say-time.ts';
import { powerStateOf } from '../steps/power-state.ts';
import { isTold, TELLS, troubleKindOf } from './trouble.ts';

export type Look =
  | { readonly kind: 'power'; readonly power: BmcPower }
  | {
      readonly kind: 'failure';
      readonly error: IngotError;
      /** Looks in a row that failed, with this one. */
      readonly failures: number;
      /** When the first of them was: milliseconds since the epoch. */
      readonly since: number;
    };

type Watched = Pick<NodeRecord, 'uuid' | 'provision_state' | 'power_state' | 'bmc_trouble'>;
export type Verdict = { readonly patch: NodePatch; readonly events: readonly NewEvent[] };

/** `now`: milliseconds since the epoch. Null: nothing has changed, and nothing is to be written. */
export function judgeLook(node: Watched, look: Look, now: number): Verdict | null {
  const all = look.kind === 'power' ? afterAnswer(node, look.power, now) : [afterFailure(node, look)];
  const verdicts = all.filter((verdict) => verdict !== null);
  if (verdicts.length === 0) return null;
  return {
    patch: Object.assign({}, ...verdicts.map(({ patch }) => patch)),
    events: verdicts.flatMap(({ events }) => events),
  };
}

function afterAnswer(node: Watched, power: BmcPower, now: number): readonly (Verdict | null)[] {
  return [recovery(node, now), powerChange(node, powerStateOf(power))];
}

function recovery({ uuid, bmc_trouble }: Watched, now: number): Verdict | null {
  if (bmc_trouble === null) return null;
  const ago = duration(now - Date.parse(bmc_trouble.since));
  const event = {
    node_uuid: uuid,
    kind: 'bmc.recovered' as const,
    message: `The BMC answers again, as it should, after ${ago} in which it ${TELLS[bmc_trouble.kind].past}.`,
    data: { kind: bmc_trouble.kind, since: bmc_trouble.since },
  };
  return { patch: { bmc_trouble: null }, events: [event] };
}

const SAID: Readonly<Record<PowerState, string>> = {
  'power on': 'on',
  'power off': 'off',
  error: 'in error',
};

/** Whose power is somebody's business: a machine in use that goes off by itself is more than news. */
const IN_USE: ReadonlySet<ProvisionState> = new Set(['active', 'rescue']);

function powerChange(
  { uuid, power_state, provision_state }: Watched,
  shown: PowerState | null,
): Verdict | null {
  if (shown === null || shown === power_state) return null;
  const before =
    power_state === null
      ? ', which was not known before'
      : `; the record said ${SAID[power_state]}. Nobody asked ingot for that: the record follows the machine`;
  const event = {
    node_uuid: uuid,
    kind: 'power.changed',
    severity: power_state !== null && IN_USE.has(provision_state) ? 'warning' : 'info',
    message: `The BMC shows the machine as ${SAID[shown]}${before}.`,
    data: { from: power_state, to: shown },
  } as const;
  return { patch: { power_state: shown }, events: [event] };
}

function afterFailure(
  { uuid, bmc_trouble }: Watched,
  { error, failures, since }: Extract<Look, { kind: 'failure' }>,
): Verdict | null {
  const kind = troubleKindOf(error.code);
  if (kind === null || kind === bmc_trouble?.kind) return null;
  if (bmc_trouble === null && !isTold(kind, failures)) return null;
  const trouble: BmcTrouble = {
    kind,
    since: new Date(since).toISOString(),
    message: error.message,
    hint: error.hint,
  };
  const event = {
    node_uuid: uuid,
    kind: 'bmc.trouble',
    severity: 'warning',
    message: `The BMC ${TELLS[kind].present}, since ${clockTime(trouble.since)}: ${withoutFullStop(error.message)}. ${error.hint}`,
    data: { kind, since: trouble.since, hint: error.hint },
  } as const;
  return { patch: { bmc_trouble: trouble }, events: [event] };
}
