/** Switching a system on and off: absolute, judged by the state that the BMC shows, never by the answer alone. */
import { IngotError } from '../../errors.ts';
import type { BmcPower } from '../bmc.ts';
import type { Resource, WriteOutcome } from './client.ts';
import type { RedfishTarget } from './driver-info.ts';
import { powerOf, resetActionOf, resetTypesOfActionInfo } from './system.ts';
import type { SystemContext } from './system-context.ts';

export type PowerWish = 'on' | 'off';

type WishRow = {
  /** ResetType values that fulfil the wish, best first (Redfish schema Resource, ResetType). */
  readonly resetTypes: readonly string[];
  /** States in which there is nothing to ask for. */
  readonly fulfilled: readonly BmcPower[];
  /** The opposite movement, which is waited out before asking. */
  readonly opposite: BmcPower;
};

const WISHES: { readonly [wish in PowerWish]: WishRow } = {
  on: {
    resetTypes: ['On', 'ForceOn', 'PushPowerButton'],
    fulfilled: ['on', 'turning-on'],
    opposite: 'turning-off',
  },
  // "Off" is what HPE Cray firmware calls it.
  off: { resetTypes: ['ForceOff', 'Off'], fulfilled: ['off'], opposite: 'turning-on' },
};

/** Milliseconds between looks at the state while it moves the other way. */
const MOVING_LOOKS_MS = [1000, 2000, 3000, 5000, 5000, 5000] as const;
/** Milliseconds before each look at the state after a request whose fate is unknown. */
const UNCLEAR_LOOKS_MS = [0, 1000, 2000, 4000] as const;
/** Dell refuses "on" with 409 for up to a minute after "off". */
const CONFLICT_WAIT_MS = 10_000;
const CONFLICT_TRIES = 6;
const UNCLEAR_TRIES = 3;

/**
 * Makes the wish come true, or shows that it is on its way: returns when the BMC took the request or is in the
 * wanted state already. A request whose answer was lost is repeated (twice at most) only after the state, read
 * again, shows that it had no effect. Rejects with `bmc_refused`, or with the failure of the last try.
 */
export async function fulfil(context: SystemContext, wish: PowerWish): Promise<void> {
  const row = WISHES[wish];
  let system = await settled(context, row);
  let conflicts = 0;
  let unclear = 0;
  while (!row.fulfilled.includes(powerOf(system.body))) {
    const outcome = await reset(context, system, wish);
    if (outcome.kind === 'done') return;
    const conflict = outcome.kind === 'refused' && outcome.status === 409;
    if (conflict) conflicts += 1;
    else unclear += 1;
    const looks = outcome.kind === 'unclear' ? UNCLEAR_LOOKS_MS : conflict ? [0, CONFLICT_WAIT_MS] : [0];
    const seen = await lookFor(context, row.fulfilled, looks);
    if (seen === null) return;
    const hopeless = outcome.kind === 'refused' && !conflict;
    if (hopeless || conflicts >= CONFLICT_TRIES || unclear >= UNCLEAR_TRIES) throw outcome.error;
    context.log.info({ wish, reason: outcome.error.message }, 'BMC power request had no effect, repeated');
    system = seen;
  }
}

/** The system, once it does not move the other way any more (or a bounded wait is over). */
async function settled(context: SystemContext, { opposite }: Pick<WishRow, 'opposite'>): Promise<Resource> {
  let system = await context.system();
  for (const ms of MOVING_LOOKS_MS) {
    if (powerOf(system.body) !== opposite) break;
    await context.clock.sleep(ms, context.signal);
    system = await context.system();
  }
  return system;
}

/** Null when one of the states is seen; else the system as last read. */
async function lookFor(
  context: SystemContext,
  states: readonly BmcPower[],
  looksMs: readonly number[],
): Promise<Resource | null> {
  let system: Resource | null = null;
  for (const ms of looksMs) {
    if (ms > 0) await context.clock.sleep(ms, context.signal);
    system = await context.system();
    if (states.includes(powerOf(system.body))) return null;
  }
  return system ?? context.system();
}

/**
 * Asks the operating system to shut down, once: it needs its time, so that no state tells soon whether it has heard,
 * and an answer that is lost counts as heard. Rejects with `bmc_refused`.
 */
export async function sendShutdown(context: SystemContext): Promise<void> {
  const system = await settled(context, { opposite: 'turning-on' });
  if (['off', 'turning-off'].includes(powerOf(system.body))) return;
  const outcome = await press(context, system, {
    resetType: 'GracefulShutdown',
    deed: 'ask the operating system to shut down',
    hint: 'It does not offer ResetType GracefulShutdown: ask for "power off" (forced) instead.',
  });
  if (outcome.kind === 'refused') throw outcome.error;
}

/** A non-maskable interrupt, once: whether it came is for the system to show. Rejects with `bmc_refused`. */
export async function sendNmi(context: SystemContext): Promise<void> {
  const doubt = await pressOnce(context, {
    resetType: 'Nmi',
    deed: 'inject an NMI',
    hint: 'It does not offer ResetType Nmi: there is no such button on this machine.',
  });
  if (doubt !== null) throw doubt;
}

const RESTARTS = {
  forced: {
    resetType: 'ForceRestart',
    deed: 'restart the system without cutting its power',
    hint: 'It does not offer ResetType ForceRestart, which a node with disable_power_off needs.',
  },
  graceful: {
    resetType: 'GracefulRestart',
    deed: 'ask the operating system to restart',
    hint: 'It does not offer ResetType GracefulRestart: ask for a hard reboot.',
  },
} as const;

/**
 * A restart, once: nothing shows whether it came but the system that starts. Null when the BMC has taken it, else why
 * nobody knows whether it has. Rejects with `bmc_refused`, and where it was certainly not sent.
 */
export async function sendRestart(
  context: SystemContext,
  how: keyof typeof RESTARTS,
): Promise<IngotError | null> {
  return await pressOnce(context, RESTARTS[how]);
}

type Button = { readonly resetType: string; readonly deed: string; readonly hint: string };

/** For what no power state shows afterwards: null, or the caller's doubt, when the answer was lost. */
async function pressOnce(context: SystemContext, button: Button): Promise<IngotError | null> {
  const outcome = await press(context, await context.system(), button);
  if (outcome.kind === 'refused') throw outcome.error;
  return outcome.kind === 'unclear' ? outcome.error : null;
}

async function press(
  context: SystemContext,
  system: Resource,
  { resetType, deed, hint }: Button,
): Promise<WriteOutcome> {
  const offer = await resetOffer(context, system);
  if (offer === null || offer.allowed?.includes(resetType) === false) {
    throw new IngotError('bmc_refused', `BMC ${context.target.address} cannot ${deed}`, { hint });
  }
  return await context.client.post(offer.target, { body: { ResetType: resetType }, signal: context.signal });
}

/** Where resets are asked for, and which, as far as the BMC tells. */
async function resetOffer(
  { client }: SystemContext,
  system: Resource,
): Promise<{ readonly target: string; readonly allowed: readonly string[] | null } | null> {
  const action = resetActionOf(system.body);
  if (action === null) return null;
  const info = action.allowed === null && action.info !== null ? await client.tryGet(action.info) : null;
  const allowed = action.allowed ?? (info === null ? null : resetTypesOfActionInfo(info.body));
  return { target: action.target, allowed };
}

async function reset(context: SystemContext, system: Resource, wish: PowerWish): Promise<WriteOutcome> {
  const action = await resetOffer(context, system);
  if (action === null) throw cannot(context.target, wish, null);
  const { allowed } = action;
  const [standard] = WISHES[wish].resetTypes;
  const resetType =
    allowed === null || allowed.length === 0
      ? standard
      : WISHES[wish].resetTypes.find((candidate) => allowed.includes(candidate));
  if (resetType === undefined) throw cannot(context.target, wish, allowed);
  return context.client.post(action.target, { body: { ResetType: resetType }, signal: context.signal });
}

function cannot(target: RedfishTarget, wish: PowerWish, allowed: readonly string[] | null): IngotError {
  const offers = allowed === null ? 'no power action' : `only ${allowed.join(', ')}`;
  return new IngotError('bmc_refused', `BMC ${target.address} cannot do "${wish}": it offers ${offers}`, {
    hint: 'Check driver_info/redfish_system_id, and whether the account may control power.',
  });
}
