/**
 * The settings of the BIOS (Redfish schema Bios), and what the BMC's attribute registry says about each (schema
 * AttributeRegistry, DSP0268): which values it takes, whether it can be set.
 */
import { oneLine } from '../../plain-text.ts';
import type { BiosSetting } from '../../store/records/firmware.ts';
import type { Reader } from './client.ts';
import { type Dict, dictField, dictsField, field, linkField, numberField, textField } from './decode.ts';
import { collectionLinks, ROOT_PATH } from './system.ts';

/** Of one BIOS: Dell's have some hundreds. */
const MOST_SETTINGS = 5_000;
/** In one enumeration, and of a value. */
const MOST_VALUES = 500;
const MOST_CHARACTERS = 2_000;
const REGISTRIES = '/redfish/v1/Registries';

/** By name. What the registry does not tell is null. */
export async function readBiosSettings(client: Reader, system: Dict): Promise<readonly BiosSetting[]> {
  const link = linkField(system, 'Bios');
  // Settings that a busy BMC keeps to itself are not gone.
  const bios = link === null ? null : await client.find(link);
  if (bios === null) return [];
  // Annotations of attributes are none themselves.
  const values = Object.entries(dictField(bios.body, 'Attributes'))
    .filter(([attribute]) => !attribute.includes('@'))
    .slice(0, MOST_SETTINGS);
  const name = textField(bios.body, 'AttributeRegistry');
  const known =
    values.length === 0 || name === null ? new Map<string, Dict>() : await readRegistry(client, name);
  return values
    .map(([attribute, value]) => settingOf(attribute, value, known.get(attribute) ?? {}))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function settingOf(name: string, value: unknown, registered: Dict): BiosSetting {
  return {
    name: oneLine(name),
    value: asText(value),
    attribute_type: textField(registered, 'Type'),
    allowable_values: valuesOf(registered),
    lower_bound: numberField(registered, 'LowerBound'),
    upper_bound: numberField(registered, 'UpperBound'),
    min_length: numberField(registered, 'MinLength'),
    max_length: numberField(registered, 'MaxLength'),
    read_only: truth(registered, 'ReadOnly'),
    reset_required: truth(registered, 'ResetRequired'),
    unique: truth(registered, 'IsSystemUniqueProperty'),
  };
}

/** As Ironic, whose column is text, shows what Python made of it. */
function asText(value: unknown): string | null {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? oneLine(value, MOST_CHARACTERS) : null;
}

function valuesOf(registered: Dict): readonly string[] | null {
  const values = dictsField(registered, 'Value').flatMap(
    (one) => textField(one, 'ValueName') ?? textField(one, 'ValueDisplayName') ?? [],
  );
  return values.length === 0 ? null : values.slice(0, MOST_VALUES);
}

function truth(dict: Dict, name: string): boolean | null {
  const value = field(dict, name);
  return typeof value === 'boolean' ? value : null;
}

/** Root → Registries → the file of that name → its document. Empty where any of them is missing. */
async function readRegistry(client: Reader, name: string): Promise<ReadonlyMap<string, Dict>> {
  const root = await client.tryGet(ROOT_PATH);
  const all = await collectionLinks(linkField(root?.body ?? {}, 'Registries') ?? REGISTRIES, client.tryGet);
  const link = all.find((one) => one.split('/').includes(name)) ?? null;
  const file = link === null ? null : await client.tryGet(link);
  const [location] = file === null ? [] : inEnglish(dictsField(file.body, 'Location'));
  const uri = location === undefined ? null : textField(location, 'Uri');
  const registry = uri === null ? null : await client.tryGet(uri);
  const attributes = dictsField(dictField(registry?.body ?? {}, 'RegistryEntries'), 'Attributes');
  return new Map(
    attributes.flatMap((one) => {
      const attribute = textField(one, 'AttributeName');
      return attribute === null ? [] : [[attribute, one] as const];
    }),
  );
}

/** The English one first, where there are several. */
function inEnglish(locations: readonly Dict[]): readonly Dict[] {
  const english = locations.filter((one) => (textField(one, 'Language') ?? 'en').startsWith('en'));
  return english.length > 0 ? english : locations;
}
