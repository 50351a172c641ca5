/**
 * The boot override, for the next boot or for all: written where the BMC takes it, and believed only when it reads
 * back.
 */
import { IngotError } from '../../errors.ts';
import { BOOT_DEVICES, type BootDevice, type BootMode } from '../bmc.ts';
import type { RedfishClient, Resource, WriteOutcome } from './client.ts';
import type { RedfishTarget } from './driver-info.ts';
import type { Habits } from './quirks.ts';
import { type BootOverride, bootOverrideOf, settingsLinkOf } from './system.ts';
import type { SystemContext } from './system-context.ts';

/** Redfish schema ComputerSystem, BootSource and BootSourceOverrideMode. */
const TARGETS: { readonly [device in BootDevice]: string } = {
  pxe: 'Pxe',
  http: 'UefiHttp',
  disk: 'Hdd',
  cdrom: 'Cd',
  bios: 'BiosSetup',
};
const MODES: { readonly [mode in BootMode]: string } = { uefi: 'UEFI', bios: 'Legacy' };

/** What shall be in the `Boot` object; a null mode is left as it is. */
type Wanted = { readonly target: string; readonly mode: string | null; readonly enabled: Enabled };
type Enabled = 'Once' | 'Continuous';
type BootBody = {
  readonly BootSourceOverrideEnabled?: Enabled;
  readonly BootSourceOverrideTarget: string;
  readonly BootSourceOverrideMode?: string;
};

/** Milliseconds before each read-back after a write that the BMC took or whose answer was lost. */
const READ_BACK_MS = [0, 1000, 2000, 4000] as const;
const UNCLEAR_TRIES = 3;

export type BootContext = SystemContext & { readonly habits: Habits };

/**
 * Tries the bodies of `bootBodies` on the system, then on its settings object (or the other way round where
 * the vendor's habits or the system itself say so), until one reads back. Rejects with `bmc_refused` when the
 * BMC does not offer the device or refused every form, with `bmc_bad_answer` when it took one without effect.
 */
export async function setBootOverride(
  context: BootContext,
  ask: { readonly device: BootDevice; readonly mode: BootMode | null; readonly enabled: Enabled },
): Promise<void> {
  const system = await context.system();
  const settings = await settingsOf(context.client, system);
  const boot = bootOverrideOf(system.body);
  const pending = settings === null ? null : bootOverrideOf(settings.body);
  const wanted = wantedBoot(context, { ...ask, boot, pending });

  const settingsFirst =
    context.habits.bootSettingsFirst || (boot.target === null && boot.allowedTargets === null);
  const places = settings === null ? [system] : settingsFirst ? [settings, system] : [system, settings];
  let refusal: IngotError | null = null;
  let seen: BootOverride = boot;
  for (const place of places) {
    for (const body of bootBodies(wanted, bootOverrideOf(place.body))) {
      const check: Wanted = { ...wanted, mode: body.BootSourceOverrideMode ?? null };
      const outcome = await writeBoot(context, place, { body, check });
      const shown = await readBack(context, check, outcome.kind === 'refused' ? [0] : READ_BACK_MS);
      if (shown === null) return;
      seen = shown;
      if (outcome.kind !== 'done') refusal ??= outcome.error;
      context.log.debug(
        { path: place.path, outcome: outcome.kind },
        'boot override not in place, next form tried',
      );
    }
  }
  throw refusal ?? ignored(context.target, wanted, seen);
}

/** Checks what the BMC offers, where it says so, before anything is written. */
function wantedBoot(
  context: BootContext,
  ask: {
    readonly device: BootDevice;
    readonly mode: BootMode | null;
    readonly enabled: Enabled;
    readonly boot: BootOverride;
    readonly pending: BootOverride | null;
  },
): Wanted {
  const target = TARGETS[ask.device];
  const offered = [...(ask.boot.allowedTargets ?? []), ...(ask.pending?.allowedTargets ?? [])];
  if (offered.length > 0 && !offered.includes(target))
    throw new IngotError(
      'bmc_refused',
      `BMC ${context.target.address} cannot boot ${howOften(ask)} from "${target}": it offers ${offered.join(', ')}`,
      { hint: "Set the machine's own boot order in its firmware (network first), or update the BMC." },
    );
  return { target, mode: wantedMode(context, ask), enabled: ask.enabled };
}

/** The mode to send: as asked where the BMC knows modes, and has that one; else none. */
function wantedMode(
  context: BootContext,
  ask: { readonly mode: BootMode | null; readonly boot: BootOverride; readonly pending: BootOverride | null },
): string | null {
  const present = ask.boot.mode ?? ask.pending?.mode ?? null;
  const allowed = ask.boot.allowedModes ?? ask.pending?.allowedModes ?? null;
  if (ask.mode === null) return context.habits.alwaysSendBootMode ? present : null;
  const mode = MODES[ask.mode];
  const known = allowed === null ? present !== null : allowed.includes(mode);
  if (!known) context.log.info({ mode }, 'BMC does not let the boot mode be chosen: it stays as it is');
  return known ? mode : null;
}

/**
 * The forms of the same wish, most complete first: some firmware refuses the mode (read-only, unknown), some
 * the `Enabled` that it has already.
 */
function bootBodies(wanted: Wanted, present: BootOverride): readonly BootBody[] {
  const once: BootBody = {
    BootSourceOverrideEnabled: wanted.enabled,
    BootSourceOverrideTarget: wanted.target,
  };
  return [
    ...(wanted.mode === null ? [] : [{ ...once, BootSourceOverrideMode: wanted.mode }]),
    once,
    ...(present.enabled === wanted.enabled ? [{ BootSourceOverrideTarget: wanted.target }] : []),
  ];
}

/** An unclear write is repeated: it sets absolute values, and the read-back judges. */
async function writeBoot(
  context: BootContext,
  place: Resource,
  { body, check }: { readonly body: BootBody; readonly check: Wanted },
): Promise<WriteOutcome> {
  for (let tries = 1; ; tries += 1) {
    const fresh = tries === 1 ? place : await context.client.get(place.path);
    const outcome = await context.client.patch(fresh, { body: { Boot: body }, signal: context.signal });
    if (outcome.kind !== 'unclear' || tries >= UNCLEAR_TRIES) return outcome;
    if ((await readBack(context, check, READ_BACK_MS)) === null) return { kind: 'done' };
  }
}

/** Null when the system, or its settings object, shows what was wanted; else what the system shows. */
async function readBack(
  context: BootContext,
  wanted: Wanted,
  looksMs: readonly number[],
): Promise<BootOverride | null> {
  let shown: BootOverride | null = null;
  for (const ms of looksMs) {
    if (ms > 0) await context.clock.sleep(ms, context.signal);
    const system = await context.system();
    shown = bootOverrideOf(system.body);
    if (matches(context.habits, wanted, shown)) return null;
    const settings = await settingsOf(context.client, system);
    if (settings !== null && matches(context.habits, wanted, bootOverrideOf(settings.body))) return null;
  }
  return shown;
}

function matches(habits: Habits, wanted: Wanted, shown: BootOverride): boolean {
  const same = [wanted.target, ...(habits.bootAliases[wanted.target] ?? [])];
  return (
    shown.enabled === wanted.enabled &&
    shown.target !== null &&
    same.includes(shown.target) &&
    (wanted.mode === null || shown.mode === wanted.mode)
  );
}

const howOften = ({ enabled }: { readonly enabled: Enabled }): string =>
  enabled === 'Once' ? 'once' : 'from now on';

async function settingsOf(client: RedfishClient, system: Resource): Promise<Resource | null> {
  const link = settingsLinkOf(system.body);
  return link === null ? null : client.tryGet(link);
}

function ignored(target: RedfishTarget, wanted: Wanted, seen: BootOverride): IngotError {
  const want = `"${wanted.target}" ${howOften(wanted)}`;
  const shows = `"${seen.target ?? 'nothing'}" ${seen.enabled ?? 'not set'}${seen.mode === null ? '' : `, ${seen.mode}`}`;
  return new IngotError(
    'bmc_bad_answer',
    `BMC ${target.address} took the boot override ${want} without an error but still shows ${shows}`,
    {
      hint: "Restart the BMC or update its firmware; until then set the machine's own boot order (network first).",
    },
  );
}

/** What the system, or else its settings object, shows as the override. */
export async function readBootDevice(
  client: RedfishClient,
  system: Resource,
): Promise<{ readonly device: BootDevice | null; readonly persistent: boolean }> {
  const shown = bootOverrideOf(system.body);
  const settings = shown.target === null ? await settingsOf(client, system) : null;
  const { enabled, target } = settings === null ? shown : bootOverrideOf(settings.body);
  const none = { device: null, persistent: false };
  if (enabled !== 'Once' && enabled !== 'Continuous') return none;
  const device = BOOT_DEVICES.find((one) => TARGETS[one] === target);
  return device === undefined ? none : { device, persistent: enabled === 'Continuous' };
}
