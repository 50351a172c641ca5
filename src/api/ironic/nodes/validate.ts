/** `GET /v1/nodes/{id}/validate`: what is missing before a node can be driven. Pure. */
import { IngotError } from '../../../errors.ts';
import type { JsonObject } from '../../../json.ts';
import { bootInterfaceConflict } from '../../../lifecycle/booting/boot-interface.ts';
import { checkInstanceInfo } from '../../../lifecycle/deploy/instance-info.ts';
import { type InterfaceKind, interfaceOf, notYet, workerOf } from '../../../lifecycle/interfaces.ts';
import { rescueHashOf } from '../../../lifecycle/rescue/password.ts';
import type { NodeRecord } from '../../../store/records/node.ts';

type Verdict = { readonly result: true } | { readonly result: false; readonly reason: string };

const GOOD: Verdict = { result: true };

const needsAddress = (node: NodeRecord): Verdict =>
  missing(node.driver_info, ['redfish_address'], 'driver_info');

/** By kind and implementation what it needs; the others need nothing. */
const NEEDS: Readonly<Record<string, (node: NodeRecord) => Verdict>> = {
  'power redfish': needsAddress,
  'management redfish': needsAddress,
  'inspect redfish': needsAddress,
  'bios redfish': needsAddress,
  'firmware redfish': needsAddress,
  'deploy direct': (node) => {
    const image = missing(node.instance_info, ['image_source'], 'instance_info');
    return image.result ? deployable(node) : image;
  },
  'deploy ramdisk': deployable,
  'rescue agent': (node) =>
    rescueHashOf(node) === null
      ? {
          result: false,
          reason: `Node ${node.uuid} is missing 'instance_info/rescue_password'. It is required for rescuing node.`,
        }
      : GOOD,
};

/** Ironic answers for these, and by these names. */
const VALIDATED: readonly InterfaceKind[] = [
  ...(['boot', 'deploy', 'management', 'network', 'power', 'bios', 'console', 'firmware'] as const),
  ...(['inspect', 'raid', 'rescue', 'storage'] as const),
];

const FIRMWARE_SINCE = 86;

/** In Ironic's shape: one verdict an interface, as far as the microversion 1.`minor` knows it. */
export function validateNode(
  node: NodeRecord,
  { minor, ...site }: { readonly minor: number; readonly secureHttpBoot: boolean },
): Readonly<Record<string, Verdict>> {
  const known = VALIDATED.filter((kind) => kind !== 'firmware' || minor >= FIRMWARE_SINCE);
  return Object.fromEntries(known.map((kind) => [kind, verdictOn(node, kind, site)]));
}

function verdictOn(
  node: NodeRecord,
  kind: InterfaceKind,
  site: { readonly secureHttpBoot: boolean },
): Verdict {
  const chosen = interfaceOf(node, kind);
  if (chosen.startsWith('no-')) {
    const reason = `Driver ${node.driver} does not support ${kind} (disabled or not implemented).`;
    return { result: false, reason };
  }
  const conflict = kind === 'boot' ? bootInterfaceConflict(node, site) : notYet(node, kind);
  if (conflict !== null) return { result: false, reason: `Node ${node.uuid}: ${conflict}.` };
  return NEEDS[`${kind} ${workerOf(node, kind)}`]?.(node) ?? GOOD;
}

/** What the verb would be refused with, and what to do about it. */
function deployable(node: NodeRecord): Verdict {
  try {
    checkInstanceInfo(node);
    return GOOD;
  } catch (thrown) {
    if (!(thrown instanceof IngotError)) throw thrown;
    return { result: false, reason: `${thrown.message} ${thrown.hint}` };
  }
}

function missing(object: JsonObject, keys: readonly string[], where: string): Verdict {
  const absent = keys.filter(
    (key) => object[key] === undefined || object[key] === null || object[key] === '',
  );
  return absent.length === 0
    ? GOOD
    : {
        result: false,
        reason: `Some parameters were missing in node's ${where}. Missing are: ${JSON.stringify(absent)}`,
      };
}
