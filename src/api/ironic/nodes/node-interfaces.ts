/** The `*_interface` fields of a node: checked, stored as the choices that they are, shown with the defaults. Pure. */
import { z } from 'zod';
import { IngotError } from '../../../errors.ts';
import type { JsonObject } from '../../../json.ts';
import {
  INTERFACE_KINDS,
  type InterfaceKind,
  interfaceOf,
  interfacesOf,
} from '../../../lifecycle/interfaces.ts';
import type { NodeRecord } from '../../../store/records/node.ts';

export const interfaceField = (kind: InterfaceKind): string => `${kind}_interface`;

export const INTERFACE_FIELDS: readonly string[] = INTERFACE_KINDS.map(interfaceField);

const choice = z.string().max(255).nullable().default(null);

/** The choices among the fields of a request's body, and the other fields. Throws `invalid_input`. */
export function takeChoices(
  driver: string,
  body: JsonObject,
): { readonly interfaces: NodeRecord['interfaces']; readonly rest: JsonObject } {
  const interfaces: Record<string, string> = {};
  for (const kind of INTERFACE_KINDS) {
    const chosen = choice.safeParse(body[interfaceField(kind)]);
    const offered: readonly string[] = interfacesOf(driver)[kind];
    if (!chosen.success) throw unknownInterface(kind, String(body[interfaceField(kind)]), offered);
    if (chosen.data === null) continue;
    if (!offered.includes(chosen.data)) throw unknownInterface(kind, chosen.data, offered);
    interfaces[kind] = chosen.data;
  }
  const rest = Object.entries(body).filter(([name]) => !INTERFACE_FIELDS.includes(name));
  return { interfaces, rest: Object.fromEntries(rest) };
}

/**
 * What the node works with as fields of a document whose driver changes: Ironic carries every interface over that the
 * patch does not name, and refuses the driver that lacks one. Throws `invalid_input`.
 */
export function carriedOver(
  node: Pick<NodeRecord, 'driver' | 'interfaces'>,
  { driver, named }: { readonly driver: string; readonly named: readonly string[] },
): JsonObject {
  const kinds = INTERFACE_KINDS.filter((kind) => !named.includes(interfaceField(kind)));
  return Object.fromEntries(
    kinds.map((kind) => {
      const chosen = interfaceOf(node, kind);
      const offered: readonly string[] = interfacesOf(driver)[kind];
      if (offered.includes(chosen)) return [interfaceField(kind), chosen];
      throw new IngotError(
        'invalid_input',
        `${kind} interface implementation '${chosen}' is not supported by hardware type ${driver}.`,
        {
          hint: 'Add ?reset_interfaces=True (`baremetal node set --reset-interfaces`) for the defaults of the driver.',
        },
      );
    }),
  );
}

/** The stored choices as fields of a document that is patched. */
export function choicesAsFields(node: Pick<NodeRecord, 'interfaces'>): JsonObject {
  return Object.fromEntries(
    INTERFACE_KINDS.map((kind) => [interfaceField(kind), node.interfaces[kind] ?? null]),
  );
}

/** The stored choices but those of the fields that are named. */
export function choicesBut(
  { interfaces }: Pick<NodeRecord, 'interfaces'>,
  named: readonly string[],
): NodeRecord['interfaces'] {
  const chosenByName = INTERFACE_KINDS.filter((kind) => named.includes(interfaceField(kind)));
  return Object.fromEntries(
    Object.entries(interfaces).filter(([kind]) => !chosenByName.some((other) => other === kind)),
  );
}

/** For interfaces of Ironic that ingot will not have: what does their work here. */
const INSTEAD: Readonly<Record<string, string>> = {
  anaconda:
    'ingot runs no installer by itself: write an image by deploy_interface direct, or boot the installer’s kernel and ramdisk by deploy_interface ramdisk.',
};

function unknownInterface(kind: InterfaceKind, name: string, offered: readonly string[]): IngotError {
  const valid = offered.map((one) => `'${one}'`).join(', ');
  return new IngotError(
    'invalid_input',
    `Could not find the following interface in the 'ironic.hardware.interfaces.${kind}' entrypoint: ` +
      `${name}. Valid interfaces are [${valid}].`,
    { hint: INSTEAD[name] ?? `Leave "${interfaceField(kind)}" out, or give one of these.` },
  );
}
