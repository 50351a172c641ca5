import { IngotError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Bmc } from './bmc.ts';
import { openFakeHardware } from './fake-hardware.ts';
import { createSerialQueue, type SerialQueue } from './queue.ts';
import { parseRedfishDriverInfo } from './redfish/driver-info.ts';
import { openRedfishBmc, type RedfishDeps } from './redfish/redfish.ts';

export type BmcDeps = Omit<RedfishDeps, 'queue'> & {
  /** Queues by BMC address, shared by all who open BMCs with them; see `createQueues`. */
  readonly queues?: BmcQueues;
};

/** The queue for an origin (`https://10.30.0.11`): two nodes behind one BMC wait for each other. */
export type BmcQueues = (origin: string) => SerialQueue;

function openByRedfish(driverInfo: JsonObject, { queues, ...deps }: BmcDeps): Bmc {
  const target = parseRedfishDriverInfo(driverInfo);
  return openRedfishBmc(target, queues === undefined ? deps : { ...deps, queue: queues(target.origin) });
}

/** Node drivers by Ironic's names, each with how it opens a BMC. */
const DRIVERS: { readonly [driver: string]: (driverInfo: JsonObject, deps: BmcDeps) => Bmc } = {
  redfish: openByRedfish,
  // Ironic's name for Dell's machines: what is special about them is in the table of quirks.
  idrac: openByRedfish,
  'fake-hardware': () => openFakeHardware(),
};

export const BMC_DRIVERS: readonly string[] = Object.keys(DRIVERS);

/**
 * A BMC by the node's `driver` and `driver_info`. Talks to nobody yet. Throws `invalid_input` for an unknown
 * driver, and with the field's name for bad `driver_info`: so it also serves to check them at enrolment.
 */
export function openBmc(driver: string, driverInfo: JsonObject, deps: BmcDeps): Bmc {
  const open = Object.hasOwn(DRIVERS, driver) ? DRIVERS[driver] : undefined;
  if (open === undefined)
    throw new IngotError('invalid_input', `"${driver}" is no driver of this ingot`, {
      hint: `The drivers are: ${BMC_DRIVERS.join(', ')}.`,
    });
  return open(driverInfo, deps);
}

/** Makes a queue the first time an origin is asked for. `limit` bounds the map; the oldest entry goes. */
export function createQueues(deps: Pick<BmcDeps, 'clock'>, limit = 20_000): BmcQueues {
  const queues = new Map<string, SerialQueue>();
  return (origin) => {
    const known = queues.get(origin);
    if (known !== undefined) return known;
    const [oldest] = queues.keys();
    if (queues.size >= limit && oldest !== undefined) queues.delete(oldest);
    const queue = createSerialQueue({ clock: deps.clock, name: origin });
    queues.set(origin, queue);
    return queue;
  };
}
