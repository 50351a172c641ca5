/**
 * UEFI Secure Boot as the BMC shows and sets it (Redfish schema SecureBoot): a resource of its own below the system.
 */
import { IngotError } from '../../errors.ts';
import type { Reader, Resource } from './client.ts';
import { type Dict, field, linkField, textField } from './decode.ts';
import { settingsLinkOf } from './system.ts';
import type { SystemContext } from './system-context.ts';

/** Milliseconds before each look at what became of a change. */
const READ_BACK_MS = [0, 1000, 2000, 4000] as const;

/** What the firmware does from its next start; null where the BMC does not say. */
export async function readSecureBoot(reader: Reader, system: Dict): Promise<boolean | null> {
  const resource = await resourceOf(reader, system);
  return resource === null ? null : (enabledIn(resource.body) ?? currentlyOn(resource.body));
}

/**
 * Sets it for the next start. Resolves when the BMC shows it, on the resource or in its settings object. Rejects with
 * `bmc_refused` when it does not offer or refuses that, and with `bmc_bad_answer` when it took it without effect.
 */
export async function setSecureBoot(context: SystemContext, enabled: boolean): Promise<void> {
  const { client, signal } = context;
  const resource = await resourceOf(client, (await context.system()).body);
  if (resource === null) throw notSet(context, enabled, 'has no Secure Boot setting');
  if (enabledIn(resource.body) === enabled) return;
  const outcome = await client.patch(resource, { body: { SecureBootEnable: enabled }, signal });
  if (outcome.kind === 'refused')
    throw notSet(context, enabled, `refused: ${outcome.error.message.replace(/\.$/, '')}`);
  for (const ms of READ_BACK_MS) {
    if (ms > 0) await context.clock.sleep(ms, signal);
    const shown = await client.get(resource.path);
    if (enabledIn(shown.body) === enabled) return;
    const link = settingsLinkOf(shown.body);
    const pending = link === null ? null : await client.tryGet(link);
    if (pending !== null && enabledIn(pending.body) === enabled) return;
  }
  if (outcome.kind === 'unclear') throw outcome.error;
  throw new IngotError(
    'bmc_bad_answer',
    `BMC ${context.target.address} took Secure Boot ${word(enabled)} without an error but still shows it ${word(!enabled)}`,
    { hint: byHand(enabled) },
  );
}

async function resourceOf(reader: Reader, system: Dict): Promise<Resource | null> {
  const link = linkField(system, 'SecureBoot');
  return link === null ? null : reader.tryGet(link);
}

function enabledIn(resource: Dict): boolean | null {
  const value = field(resource, 'SecureBootEnable');
  return typeof value === 'boolean' ? value : null;
}

function currentlyOn(resource: Dict): boolean | null {
  const current = textField(resource, 'SecureBootCurrentBoot')?.toLowerCase();
  return current === 'enabled' ? true : current === 'disabled' ? false : null;
}

function notSet({ target }: SystemContext, enabled: boolean, because: string): IngotError {
  return new IngotError(
    'bmc_refused',
    `Secure Boot cannot be switched ${word(enabled)}: BMC ${target.address} ${because}`,
    { hint: byHand(enabled) },
  );
}

const word = (enabled: boolean): string => (enabled ? 'on' : 'off');

const byHand = (enabled: boolean): string =>
  `Switch Secure Boot ${word(enabled)} in the machine's firmware set-up, or change secure_boot among the node's capabilities.`;
