/** An agent whose NICs are ports of two nodes that boot at the same time. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AgentCall } from '../../../src/lifecycle/agents/agent-admission.ts';
import type { AddressHolder } from '../../../src/net/address-holder.ts';
import { mac } from '../../boot/fixtures.ts';
import { INVENTORY } from '../fakes/inventory.ts';
import { agentCall } from '../fakes/machine.ts';
import { createWorld, type World } from '../fakes/world.ts';

const [FIRST, SECOND] = [mac('52:54:00:00:00:01'), mac('52:54:00:00:01:01')];
/** The USB NIC of a BMC, say. */
const SHARED = mac('02:00:00:00:00:01');

async function twoBoot(
  holder: AddressHolder = { kind: 'untold' },
  { upstream = false, verb = 'provide' }: { upstream?: boolean; verb?: 'provide' | 'inspect' } = {},
): Promise<World> {
  const agentRules = { byTls: true, upstream };
  const site = { agentRules, holderOf: () => Promise.resolve(holder) };
  const world = await createWorld({ machines: 2, site });
  for (const { faults, uuid } of world.machines) {
    Object.assign(faults, { silent: true });
    await world.store().nodes.update(uuid, { provision_state: 'manageable' });
    await world.daemon().requestVerb(uuid, { verb });
  }
  await world.untilTrue('power-on', () => world.machines.every((machine) => machine.power() === 'on'));
  const node_uuid = uuidOf(world, 0);
  await world.store().ports.insert({ uuid: randomUUID(), node_uuid, address: SHARED });
  return world;
}

const uuidOf = (world: World, index: number): string => world.machines[index]?.uuid ?? '';
const lookup = (world: World, call: AgentCall, node_uuid: string | null = null) =>
  world.daemon().agentLookup({ macs: [SHARED, SECOND], node_uuid, call });
const told = async (world: World, index: number, kind: string) =>
  (await world.store().events.list({ node_uuid: uuidOf(world, index), limit: 1000 })).filter(
    (event) => event.kind === kind,
  );

describe('an agent whose NICs are ports of two nodes that boot', () => {
  it.each([
    ['the ticket', { kind: 'untold' }, false],
    ['the address, where an agent knows no ticket', { kind: 'machine', mac: SECOND }, true],
  ] as const)(
    'is that of the one that %s tells, whose events warn of the other',
    async (_by, holder, upstream) => {
      const world = await twoBoot(holder, { upstream });
      const call = agentCall(upstream ? null : await world.ticket(1));
      expect((await lookup(world, call)).node.uuid).toBe(uuidOf(world, 1));
      expect(await told(world, 1, 'agent.lookup')).toMatchObject([
        {
          severity: 'warning',
          message: expect.stringContaining('ports of machine-0 too, which boot at the same time'),
        },
      ]);
      expect(await told(world, 0, 'agent.refused')).toEqual([]);
    },
  );

  it.each([
    ['which nothing tells apart', true, 'neither ticket nor address tells which of them it is'],
    ['of which it is none', false, 'ticket and address fit none of them'],
  ])(
    '%s is refused as one that is not known, and both nodes say so, once',
    async (_what, upstream, because) => {
      const world = await twoBoot({ kind: 'untold' }, { upstream });
      for (let times = 0; times < 2; times++)
        await expect(lookup(world, agentCall(null))).rejects.toMatchObject({
          code: 'not_found',
          message: 'Resource could not be found.',
        });
      for (const index of [0, 1]) {
        const [refused, ...more] = await told(world, index, 'agent.refused');
        expect(refused?.message).toContain(
          `ports of machine-0 and machine-1, which boot at the same time, and ${because}`,
        );
        expect(more).toEqual([]);
      }
    },
  );

  it('is that of the node that it names, if that boots', async () => {
    const world = await twoBoot({ kind: 'untold' }, { upstream: true });
    expect((await lookup(world, agentCall(null), uuidOf(world, 1))).node.uuid).toBe(uuidOf(world, 1));
  });

  it('leaves its inventory with the node of its ticket', async () => {
    const world = await twoBoot(undefined, { verb: 'inspect' });
    const nic = INVENTORY.interfaces[0];
    if (nic === undefined) throw new Error('the inventory has no NIC');
    const interfaces = [SHARED, FIRST, SECOND].map((mac_address) => ({ ...nic, mac_address }));
    const posted = await world.daemon().continueInspection({
      inventory: { ...INVENTORY, interfaces },
      boot_interface: null,
      error: null,
      nodeUuid: null,
      plugin_data: {},
      call: agentCall(await world.ticket(1)),
      wantsLookup: false,
    });
    expect(posted).toMatchObject({ uuid: uuidOf(world, 1) });
    expect(await world.store().inventories.get(uuidOf(world, 0))).toBeNull();
  });
});
