/** Rules as a part of a whole inspection. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { RuleOperationRecord } from '../../../src/store/records/inspection.ts';
import { createWorld, type World } from '../fakes/world.ts';

async function inspectWith(actions: readonly RuleOperationRecord[]): Promise<World> {
  const world = await createWorld();
  await world.store().inspectionRules.insert({ uuid: randomUUID(), description: 'sort', actions });
  const { uuid } = await world.node();
  await world.store().nodes.update(uuid, { provision_state: 'manageable' });
  await world.daemon().requestVerb(uuid, { verb: 'inspect' });
  return world;
}

test('an inspection ends with the rules, which find what it has recorded', async () => {
  const world = await inspectWith([
    { op: 'set-attribute', args: { path: 'resource_class', value: 'cpus-{node.properties[cpus]}' } },
    { op: 'set-plugin-data', args: { path: 'sorted', value: 'yes' } },
    { op: 'log', args: { msg: 'sorted {node.name}', level: 'warning' } },
  ]);
  const node = await world.until(['manageable']);
  expect(node.resource_class).toBe(`cpus-${String(node.properties.cpus)}`);
  expect((await world.store().inventories.get(node.uuid))?.plugin_data).toMatchObject({ sorted: 'yes' });
  const told = (await world.events()).find(({ kind }) => kind === 'inspect.rule');
  expect(told).toMatchObject({ severity: 'warning', message: 'sorted machine-0' });
});

test('a rule that says fail fails the inspection with its sentence', async () => {
  const world = await inspectWith([
    { op: 'set-attribute', args: { path: 'resource_class', value: 'x' } },
    { op: 'fail', args: { msg: 'wrong machine' } },
  ]);
  const node = await world.until(['inspect failed']);
  expect(node.last_error).toContain('Failed to inspect hardware. Reason: wrong machine');
  expect(node.resource_class).toBeNull();
});
