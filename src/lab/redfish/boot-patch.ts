/** PATCH of a ComputerSystem: what of it this BMC takes, and what comes out. Pure. */
import type { BootSettings } from '../machine/machine.ts';
import { type Answer, refuse } from './answers.ts';

/** The writable properties of `Boot` with the values that each takes. */
export const BOOT_PROPERTIES = {
  BootSourceOverrideEnabled: ['Disabled', 'Once', 'Continuous'],
  BootSourceOverrideTarget: ['None', 'Pxe', 'UefiHttp', 'Hdd'],
  BootSourceOverrideMode: ['UEFI', 'Legacy'],
} as const satisfies {
  BootSourceOverrideEnabled: readonly BootSettings['enabled'][];
  BootSourceOverrideTarget: readonly BootSettings['target'][];
  BootSourceOverrideMode: readonly BootSettings['mode'][];
};

type BootProperty = keyof typeof BOOT_PROPERTIES;

export type Patched =
  | { readonly kind: 'settings'; readonly settings: BootSettings }
  | { readonly kind: 'refused'; readonly answer: Answer };

const refused = (answer: Answer): Patched => ({ kind: 'refused', answer });

const isBootProperty = (name: string): name is BootProperty => Object.hasOwn(BOOT_PROPERTIES, name);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A target needs an override and an override a target: half of the pair means neither. */
function settle(settings: BootSettings): BootSettings {
  const none = settings.enabled === 'Disabled' || settings.target === 'None';
  return none ? { ...settings, enabled: 'Disabled', target: 'None' } : settings;
}

/**
 * @param body the parsed request body
 * @param known names of the properties that a GET of the system shows: those are read-only, others unknown
 */
export function patchBoot(body: object, current: BootSettings, known: ReadonlySet<string>): Patched {
  for (const name of Object.keys(body)) {
    if (name !== 'Boot')
      return refused(refuse(known.has(name) ? 'PropertyNotWritable' : 'PropertyUnknown', [name]));
  }
  const boot: unknown = 'Boot' in body ? body.Boot : undefined;
  if (boot === undefined) return refused(refuse('PropertyMissing', ['Boot']));
  if (!isObject(boot))
    return refused(refuse('PropertyValueTypeError', [JSON.stringify(boot), 'Boot'], '#/Boot'));

  const wanted = new Map<BootProperty, string>();
  for (const [name, value] of Object.entries(boot)) {
    const at = `#/Boot/${name}`;
    if (!isBootProperty(name)) return refused(refuse('PropertyUnknown', [name], at));
    if (typeof value !== 'string') {
      return refused(refuse('PropertyValueTypeError', [JSON.stringify(value), name], at));
    }
    if (!BOOT_PROPERTIES[name].some((allowed) => allowed === value)) {
      return refused(refuse('PropertyValueNotInList', [value, name], at));
    }
    wanted.set(name, value);
  }
  const pick = <T extends string>(name: BootProperty, allowed: readonly T[], old: T): T =>
    allowed.find((value) => value === wanted.get(name)) ?? old;
  return {
    kind: 'settings',
    settings: settle({
      enabled: pick('BootSourceOverrideEnabled', BOOT_PROPERTIES.BootSourceOverrideEnabled, current.enabled),
      target: pick('BootSourceOverrideTarget', BOOT_PROPERTIES.BootSourceOverrideTarget, current.target),
      mode: pick('BootSourceOverrideMode', BOOT_PROPERTIES.BootSourceOverrideMode, current.mode),
    }),
  };
}
