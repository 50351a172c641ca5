/** What a node's Ironic capabilities ask of its boot. Pure. */
import type { BootMode } from '../bmc/bmc.ts';
import type { Json } from '../json.ts';
import type { NodeRecord } from '../store/records/node.ts';

type Capable = Pick<NodeRecord, 'instance_info' | 'properties'>;

/**
 * One of Ironic's capabilities. What the instance asks for wins over what the node has. Ironic's clients write them as
 * `name:value,name:value`, as an object, and as an object in a string; all are read.
 */
function capabilityOf(node: Capable, name: string): string | null {
  return (
    capabilitiesIn(node.instance_info.capabilities).get(name) ??
    capabilitiesIn(node.properties.capabilities).get(name) ??
    null
  );
}

/** `boot_mode` among the capabilities wins over what the BMC said at verification. */
export function wantedBootMode(node: Capable & Pick<NodeRecord, 'boot_mode'>): BootMode | null {
  const asked = capabilityOf(node, 'boot_mode');
  return asked === 'uefi' || asked === 'bios' ? asked : node.boot_mode;
}

/** `secure_boot` among the capabilities; null: nobody has said, and the firmware's setting is left as it is. */
export function wantedSecureBoot(node: Capable): boolean | null {
  const asked = capabilityOf(node, 'secure_boot');
  return asked === 'true' ? true : asked === 'false' ? false : null;
}

/** Whether the machine boots by shim and GRUB: as asked, else as the BMC last said of its firmware. */
export function usesSecureBoot(node: Capable & Pick<NodeRecord, 'boot_mode' | 'secure_boot'>): boolean {
  if (wantedBootMode(node) === 'bios') return false;
  return wantedSecureBoot(node) ?? node.secure_boot ?? false;
}

export function capabilitiesIn(value: Json | undefined): ReadonlyMap<string, string> {
  if (typeof value === 'string') return value.trim().startsWith('{') ? fromJson(value) : fromList(value);
  return fromObject(value ?? null);
}

function fromList(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(',').flatMap((pair) => {
      const [name = '', ...rest] = pair.split(':');
      return rest.length === 0 ? [] : [[name.trim(), normal(rest.join(':'))] as const];
    }),
  );
}

function fromJson(text: string): ReadonlyMap<string, string> {
  try {
    const parsed: Json = JSON.parse(text);
    return fromObject(parsed);
  } catch {
    return new Map();
  }
}

function fromObject(value: Json): ReadonlyMap<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map();
  return new Map(Object.entries(value).map(([name, one]) => [name, normal(String(one))]));
}

/** Python's clients write True and False. */
const normal = (value: string): string => value.trim().toLowerCase();
