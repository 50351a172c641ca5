/**
 * What operators ask of a node's BMC beside power, at once and without a job: boot device, NMI, Secure Boot. The node
 * is held meanwhile: no job begins on it.
 */
import type { BootDevice } from '../bmc/bmc.ts';
import { IngotError } from '../errors.ts';
import { nodeLocked } from '../store/node-lock.ts';
import type { NodeRecord } from '../store/records/node.ts';
import type { Queries, Store } from '../store/store.ts';
import type { WithBmc } from './deps.ts';
import { lockedBy } from './graph/verbs.ts';
import { workerOf } from './interfaces.ts';

export type { BootDevice };

export type Management = {
  /** Null: the firmware's own order. Throws what the BMC's failures are. */
  bootDevice(node: NodeRecord): Promise<{ readonly device: BootDevice | null; readonly persistent: boolean }>;
  /** Throws `invalid_input` for what this node cannot boot from, `node_locked` while a job is at work. */
  setBootDevice(
    node: NodeRecord,
    wanted: { readonly device: BootDevice; readonly persistent: boolean },
  ): Promise<void>;
  /** Throws `invalid_input` where the management interface has no such button, `node_locked`. */
  injectNmi(node: NodeRecord): Promise<void>;
  /** From the node's next start on. Throws as above. */
  setSecureBoot(node: NodeRecord, enabled: boolean): Promise<void>;
};

/** By management interface; what is pretended has what Ironic pretends. */
const DEVICES: Readonly<Record<string, readonly BootDevice[]>> = {
  redfish: ['pxe', 'disk', 'cdrom', 'bios', 'http'],
  fake: ['pxe'],
  // Ironic's `noop` takes these, does nothing, and says that it boots from the network for ever.
  noop: ['pxe', 'disk'],
};

export function bootDevicesOf(node: NodeRecord): readonly BootDevice[] {
  return DEVICES[workerOf(node, 'management')] ?? [];
}

export function createManagement(deps: {
  readonly store: Pick<Store, 'nodes' | 'jobs' | 'events' | 'transaction'>;
  readonly withBmc: WithBmc;
  /** The uuids of the nodes that are held; who begins a job asks `refuseHeld` in its transaction. */
  readonly held: Set<string>;
}): Management {
  const { store, withBmc, held } = deps;

  const refuseWhileBusy = async (queries: Pick<Queries, 'jobs'>, node: NodeRecord): Promise<void> => {
    const job = await queries.jobs.runningOf(node.uuid);
    if (job !== null) throw lockedBy(node, job);
  };
  const holding = async (node: NodeRecord, work: () => Promise<void>): Promise<void> => {
    await refuseWhileBusy(store, node);
    refuseHeld(held, node);
    held.add(node.uuid);
    try {
      // Again, after all that was accepted before the node was held.
      await store.transaction((queries) => refuseWhileBusy(queries, node));
      await work();
    } finally {
      held.delete(node.uuid);
    }
  };
  const tell = async (node: NodeRecord, message: string): Promise<void> => {
    await store.events.append({ node_uuid: node.uuid, kind: 'node.managed', message });
  };

  return {
    bootDevice: async (node) => {
      if (workerOf(node, 'management') === 'noop') return { device: 'pxe', persistent: true };
      return await withBmc(node, (bmc) => bmc.bootDevice());
    },
    setBootDevice: async (node, { device, persistent }) => {
      if (workerOf(node, 'management') === 'noop') return;
      await holding(node, async () => {
        await withBmc(node, (bmc) =>
          persistent ? bmc.setBootAlways(device) : bmc.setBootOnce(device, node.boot_mode),
        );
        await tell(node, `The BMC was told to boot from ${device} ${persistent ? 'from now on' : 'once'}`);
      });
    },
    injectNmi: async (node) => {
      refuseUnlessRedfish(node, 'inject_nmi');
      await holding(node, async () => {
        await withBmc(node, (bmc) => bmc.injectNmi());
        await tell(node, 'The BMC injected a non-maskable interrupt');
      });
    },
    setSecureBoot: async (node, enabled) => {
      refuseUnlessRedfish(node, 'set_secure_boot_state');
      await holding(node, async () => {
        await withBmc(node, (bmc) => bmc.setSecureBoot(enabled));
        await store.nodes.update(node.uuid, { secure_boot: enabled });
        await tell(node, `Secure Boot was switched ${enabled ? 'on' : 'off'}, from the next start on`);
      });
    },
  };
}

/** Throws `node_locked` while the node's BMC is asked for something. */
export function refuseHeld(held: ReadonlySet<string>, { uuid }: Pick<NodeRecord, 'uuid'>): void {
  if (!held.has(uuid)) return;
  throw nodeLocked(uuid, { hint: 'A request to its BMC is under way, which takes seconds: ask again.' });
}

function refuseUnlessRedfish(node: NodeRecord, extension: string): void {
  if (workerOf(node, 'management') !== 'redfish') throw unsupported(node, extension);
}

/** Ironic's sentence for what a driver has not (ironic/common/exception.py, UnsupportedDriverExtension). */
export function unsupported({ driver }: Pick<NodeRecord, 'driver'>, extension: string): IngotError {
  return new IngotError(
    'invalid_input',
    `Driver ${driver} does not support ${extension} (disabled or not implemented).`,
    { hint: '`baremetal node validate NAME` tells what each of its interfaces can do.' },
  );
}
