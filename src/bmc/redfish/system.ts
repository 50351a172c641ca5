/** The ComputerSystem resource as the client sees it: which one it is, and what it says. */
import { IngotError } from '../../errors.ts';
import type { BmcPower, BootMode } from '../bmc.ts';
import type { Reader, Resource } from './client.ts';
import {
  asDict,
  type Dict,
  dictField,
  field,
  linkField,
  memberLinks,
  stringsField,
  textField,
} from './decode.ts';
import type { RedfishTarget } from './driver-info.ts';

/** ComputerSystem.PowerState (Redfish schema ComputerSystem, PowerState). */
const POWER_STATES: { readonly [state: string]: BmcPower } = {
  on: 'on',
  off: 'off',
  poweringon: 'turning-on',
  poweringoff: 'turning-off',
};

export function powerOf(system: Dict): BmcPower {
  return POWER_STATES[textField(system, 'PowerState')?.toLowerCase() ?? ''] ?? 'unknown';
}

/** ComputerSystem.LastResetTime (Redfish schema ComputerSystem, v1.12): in the BMC's time, which may be any. */
export function lastResetOf(system: Dict): string | null {
  return textField(system, 'LastResetTime');
}

export type BootOverride = {
  readonly enabled: string | null;
  readonly target: string | null;
  readonly mode: string | null;
  /** Null where the BMC does not say. */
  readonly allowedTargets: readonly string[] | null;
  readonly allowedModes: readonly string[] | null;
};

/** The `Boot` object of a system or of its settings object. */
export function bootOverrideOf(resource: Dict): BootOverride {
  const boot = dictField(resource, 'Boot');
  return {
    enabled: textField(boot, 'BootSourceOverrideEnabled'),
    // "None" is a value here, not firmware's word for nothing.
    target: textOrNone(boot, 'BootSourceOverrideTarget'),
    mode: textField(boot, 'BootSourceOverrideMode'),
    allowedTargets: stringsField(boot, 'BootSourceOverrideTarget@Redfish.AllowableValues'),
    allowedModes: stringsField(boot, 'BootSourceOverrideMode@Redfish.AllowableValues'),
  };
}

function textOrNone(dict: Dict, name: string): string | null {
  return field(dict, name) === 'None' ? 'None' : textField(dict, name);
}

export function bootModeOf(system: Dict): BootMode | null {
  const mode = bootOverrideOf(system).mode?.toLowerCase();
  return mode === 'uefi' ? 'uefi' : mode === 'legacy' ? 'bios' : null;
}

/** Link of the settings object (`@Redfish.Settings`), where changes wait for the next boot. */
export function settingsLinkOf(system: Dict): string | null {
  return linkField(dictField(system, '@Redfish.Settings'), 'SettingsObject');
}

export type ResetAction = {
  readonly target: string;
  /** Values the action itself lists; null: see `info`, or unknown. */
  readonly allowed: readonly string[] | null;
  readonly info: string | null;
};

export function resetActionOf(system: Dict): ResetAction | null {
  const action = dictField(dictField(system, 'Actions'), '#ComputerSystem.Reset');
  const target = textField(action, 'target');
  if (target === null) return null;
  return {
    target,
    allowed: stringsField(action, 'ResetType@Redfish.AllowableValues'),
    info: linkField(action, '@Redfish.ActionInfo'),
  };
}

/** The ResetType values of an ActionInfo resource (Redfish schema ActionInfo, Parameters). */
export function resetTypesOfActionInfo(info: Dict): readonly string[] | null {
  const parameters = field(info, 'Parameters');
  if (!Array.isArray(parameters)) return null;
  const reset = parameters.map(asDict).find((parameter) => textField(parameter, 'Name') === 'ResetType');
  return reset === undefined ? null : stringsField(reset, 'AllowableValues');
}

export const ROOT_PATH = '/redfish/v1/';
const MAX_PAGES = 20;
const MAX_SYSTEMS = 64;

/** The system that `redfish_system_id` names; without it the only one that can be reset. */
export async function findSystem(target: RedfishTarget, client: Reader): Promise<Resource> {
  if (target.systemPath !== null) {
    const system = await client.find(target.systemPath);
    if (system !== null) return system;
    const known = await systemLinks(client);
    throw notOne(target, `has no system ${target.systemPath}`, known);
  }
  const links = await systemLinks(client);
  const resettable: Resource[] = [];
  let failure: unknown = null;
  for (const link of links.slice(0, MAX_SYSTEMS)) {
    try {
      const system = await client.find(link);
      if (system !== null && resetActionOf(system.body) !== null) resettable.push(system);
    } catch (error) {
      // A GPU tray that fails must not hide the host beside it.
      failure ??= error;
    }
  }
  const [only, ...others] = resettable;
  if (only === undefined && failure !== null) throw failure;
  if (only === undefined) throw notOne(target, 'offers no system that can be switched on and off', links);
  if (others.length > 0)
    throw notOne(
      target,
      `offers ${resettable.length} systems`,
      resettable.map((system) => system.path),
    );
  return only;
}

function notOne(target: RedfishTarget, says: string, known: readonly string[]): IngotError {
  const choice = known.length === 0 ? 'It lists none.' : `It lists: ${known.slice(0, 16).join(', ')}.`;
  return new IngotError('bmc_refused', `BMC ${target.address} ${says}`, {
    hint: `Set driver_info/redfish_system_id to the path of this node's system. ${choice}`,
  });
}

/** Paths of all systems, over all pages of the collection. */
async function systemLinks(client: Reader): Promise<readonly string[]> {
  const root = await client.get(ROOT_PATH);
  const first = linkField(root.body, 'Systems') ?? '/redfish/v1/Systems';
  return collectionLinks(first, client.find);
}

/**
 * Member links of a collection, following its pages (`Members@odata.nextLink`). `read` gives null for a page
 * that is not there: the list then ends.
 */
export async function collectionLinks(
  link: string,
  read: (link: string) => Promise<Resource | null>,
): Promise<readonly string[]> {
  const links: string[] = [];
  let next: string | null = link;
  for (let page = 0; next !== null && page < MAX_PAGES; page += 1) {
    const collection: Resource | null = await read(next);
    if (collection === null) break;
    links.push(...memberLinks(collection.body));
    next = textField(collection.body, 'Members@odata.nextLink');
  }
  return links;
}
