/** What a node has to have for a verb's work: the interface that does it, a NIC to boot from, a way to boot. Pure. */
import { IngotError } from '../../errors.ts';
import type { JobStep } from '../../store/records/job.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { PortRecord } from '../../store/records/port.ts';
import { bootInterfaceConflict } from '../booting/boot-interface.ts';
import type { Site } from '../deps.ts';
import { type InterfaceKind, interfaceOf, isFake } from '../interfaces.ts';
import type { StepName } from '../steps/catalog.ts';
import type { Edge, GraphEvent } from './graph-edges.ts';

/** Throws `invalid_input` when the node has not what the verb's work needs. */
export function refuseWithoutMeans(node: NodeRecord, edge: Edge, ports: readonly PortRecord[]): void {
  const needs = NEEDS[edge.event];
  if (needs === undefined) return;
  const { kind, boots } = needs;
  refuseWithout(node, kind);
  if (boots !== null && !isFake(node, kind)) refuseWithoutBootPort(node, ports, boots);
}

type Needs = {
  /** The interface that does the work. */
  readonly kind: InterfaceKind;
  /** What the machine cannot be without a port that boots the ramdisk; null where inspection may find the port. */
  readonly boots: 'deployed' | 'rescued' | null;
};

const NEEDS: Readonly<Partial<Record<GraphEvent, Needs>>> = {
  inspect: { kind: 'inspect', boots: null },
  deploy: { kind: 'deploy', boots: 'deployed' },
  rescue: { kind: 'rescue', boots: 'rescued' },
  unrescue: { kind: 'rescue', boots: null },
};

/** Throws Ironic's own sentence for a kind of work that the node has switched off (`no-inspect`). */
function refuseWithout(node: NodeRecord, kind: InterfaceKind): void {
  const chosen = interfaceOf(node, kind);
  if (!chosen.startsWith('no-')) return;
  throw new IngotError(
    'invalid_input',
    `Driver ${node.driver} does not support ${kind} (disabled or not implemented).`,
    {
      hint: `Its ${kind}_interface is ${chosen}: choose another (ingot node set ${node.name ?? node.uuid} ${kind}_interface=...).`,
    },
  );
}

/** Without one no DHCP request is answered for the node, and its ramdisk would never be seen. */
function refuseWithoutBootPort(
  node: NodeRecord,
  ports: readonly PortRecord[],
  deed: NonNullable<Needs['boots']>,
): void {
  if (ports.some((port) => port.pxe_enabled)) return;
  const problem = ports.length === 0 ? 'has no port' : 'has no port with pxe_enabled';
  throw new IngotError('invalid_input', `Node ${node.uuid} cannot be ${deed}: it ${problem} to boot from.`, {
    hint:
      'Add a port with the MAC address of the NIC that boots from the network, or set its pxe_enabled; ' +
      '`ingot node inspect NAME` (of a manageable node) may find the ports by the BMC.',
  });
}

/** The steps that start a machine over the network. */
const NETWORK_BOOTS: ReadonlySet<string> = new Set<StepName>(['boot-ramdisk', 'boot-instance']);

/** Throws `invalid_input` for work that starts the machine in a way that its own settings rule out. */
export function refuseUnbootable(
  node: NodeRecord,
  { site, steps }: { readonly site: Pick<Site, 'secureHttpBoot'>; readonly steps: readonly JobStep[] },
): void {
  const conflict = bootInterfaceConflict(node, site);
  if (conflict === null || !steps.some(({ name }) => NETWORK_BOOTS.has(name))) return;
  throw new IngotError(
    'invalid_input',
    `Node ${node.uuid} cannot be started over the network: ${conflict}.`,
    {
      hint: 'Put this right, then ask for the verb again; `baremetal node validate` tells the same.',
    },
  );
}
