/** `GET /v1/nodes/{id}/validate`: what is missing before a node can be driven. Pure. */
import type { JsonObject, NodeRecord } from '../../store/records.ts';

type Verdict = { readonly result: true } | { readonly result: false; readonly reason: string };

const GOOD: Verdict = { result: true };

/** In Ironic's shape: one verdict an interface. */
export function validateNode(node: NodeRecord): Readonly<Record<string, Verdict>> {
  const bmc = missing(node.driver_info, ['redfish_address'], 'driver_info');
  const image = missing(node.instance_info, ['image_source'], 'instance_info');
  const unsupported = (name: string): Verdict => ({
    result: false,
    reason: `Driver ${node.driver} does not support ${name} (disabled or not implemented).`,
  });
  return {
    boot: GOOD,
    deploy: image,
    management: bmc,
    network: GOOD,
    power: bmc,
    bios: unsupported('bios'),
    console: unsupported('console'),
    firmware: unsupported('firmware'),
    inspect: GOOD,
    raid: unsupported('raid'),
    rescue: unsupported('rescue'),
    storage: GOOD,
  };
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
