/** When a port may be changed, and which group it may join (Ironic's conductor manager and network interfaces). */
import { IngotError } from '../../../errors.ts';
import { isOfSmartNic } from '../../../lifecycle/local-link.ts';
import type { NodeRecord } from '../../../store/records/node.ts';
import type { PortgroupRecord, PortRecord } from '../../../store/records/port.ts';
import type { PortPatch, Queries } from '../../../store/store.ts';
import type { ProvisionState } from '../../../store/words.ts';

/** Where a NIC is plugged in, and how; changed only while nothing runs on the node. */
const CONNECTIVITY = ['portgroup_uuid', 'pxe_enabled', 'local_link_connection', 'physical_network'] as const;

/** In their order in Ironic's sentences. */
export const WIRING_STATES: readonly ProvisionState[] = [
  'enroll',
  'inspecting',
  'inspect wait',
  'manageable',
];

export function mayBeRewired(node: Pick<NodeRecord, 'provision_state' | 'maintenance'>): boolean {
  return node.maintenance || WIRING_STATES.includes(node.provision_state);
}

/**
 * A smart NIC is known by its host. Throws `invalid_input` for a new one whose link names none; one of which no link is
 * known yet may have it later, as in Ironic. Pure.
 */
export function refuseSmartNicWithoutHost(
  port: Pick<PortRecord, 'is_smartnic' | 'local_link_connection'>,
): void {
  const { is_smartnic, local_link_connection: link } = port;
  if (!is_smartnic || Object.keys(link).length === 0 || isOfSmartNic(link)) return;
  const said = 'Smart NIC port must have port_id and hostname in local_link_connection';
  throw new IngotError('invalid_input', said, {
    hint: 'hostname is that of the system on the NIC itself, port_id the name of its port.',
  });
}

/** Throws `conflict` when the node's state does not allow these changes of its port. Pure. */
export function refusePortUpdate(node: NodeRecord, port: PortRecord, changes: PortPatch): void {
  const deployed = node.provision_state === 'active' || node.instance_uuid !== null;
  if (deployed && changes.address !== undefined && changes.address !== port.address && !node.maintenance) {
    throw new IngotError(
      'conflict',
      `Cannot update hardware address for port ${port.uuid} as node ${node.uuid} is active or has instance UUID assigned`,
      { hint: 'Set maintenance first: the machine boots and is addressed by this MAC.' },
    );
  }
  const rewired = CONNECTIVITY.some(
    (name) => changes[name] !== undefined && JSON.stringify(changes[name]) !== JSON.stringify(port[name]),
  );
  if (!rewired || mayBeRewired(node)) return;
  throw new IngotError(
    'conflict',
    `Port ${port.uuid} can not have any connectivity attributes (${CONNECTIVITY.join(', ')}) updated unless node ` +
      `${node.uuid} is in a ${WIRING_STATES.join(', ')} state or in maintenance mode. ` +
      `The current state is ${node.provision_state}.`,
    { hint: 'Set maintenance, change the port, and take maintenance back.' },
  );
}

/**
 * The group that a port of that node is to join. Throws `invalid_input` when it is not there or is another node's,
 * `conflict` when the port does not fit to it.
 */
export async function checkMembership(
  queries: Pick<Queries, 'ports' | 'portgroups'>,
  port: Pick<PortRecord, 'uuid' | 'node_uuid' | 'portgroup_uuid' | 'pxe_enabled' | 'physical_network'>,
  when: 'created' | 'changed',
): Promise<void> {
  if (port.portgroup_uuid === null) return;
  const group = await queries.portgroups.find(port.portgroup_uuid);
  if (group === null) {
    throw new IngotError('invalid_input', `Portgroup ${port.portgroup_uuid} could not be found.`, {
      hint: '`baremetal port group list` shows them.',
    });
  }
  if (group.node_uuid !== port.node_uuid) {
    const said = 'Port can not be added to a portgroup belonging to a different node.';
    throw new IngotError('invalid_input', said, { hint: `The portgroup is one of node ${group.node_uuid}.` });
  }
  if (port.pxe_enabled && !group.standalone_ports_supported) throw notAlone(group, port, when);
  const others = (await queries.ports.listByPortgroup(group.uuid)).filter(({ uuid }) => uuid !== port.uuid);
  const elsewhere = others.find((other) => other.physical_network !== port.physical_network);
  if (elsewhere === undefined) return;
  throw new IngotError(
    'conflict',
    `Port with physical network ${port.physical_network ?? 'None'} cannot become a member of port group ` +
      `${group.uuid} which has ports in physical network ${elsewhere.physical_network ?? 'None'}.`,
    { hint: 'All NICs of a bond are plugged into one network: give the port the same physical_network.' },
  );
}

function notAlone(
  group: PortgroupRecord,
  port: Pick<PortRecord, 'uuid'>,
  when: 'created' | 'changed',
): IngotError {
  const said =
    when === 'created'
      ? `Port group ${group.uuid} doesn't support standalone ports. This port cannot be created as a member of ` +
        `that portgroup as the port's 'pxe_enabled' field was set to True.`
      : `Port group ${group.uuid} doesn't support standalone ports. This port ${port.uuid} cannot be ` +
        ` a member of that port group because of: 'pxe_enabled' was set to True`;
  return new IngotError('conflict', said, {
    hint: 'Set pxe_enabled of the port to false, or standalone_ports_supported of the group to true.',
  });
}
