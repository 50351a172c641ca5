/** BIOS settings and firmware components: read with the verification and the inspection, kept with their history. */
import { expect, test } from 'vitest';
import { timeoutsSchema } from '../../src/config/timeouts.ts';
import { IngotError } from '../../src/errors.ts';
import { mergedReport } from '../../src/lifecycle/firmware-report.ts';
import type { BiosSetting } from '../../src/store/records/firmware.ts';
import type { NodeRecord } from '../../src/store/records/node.ts';
import { createWorld, type WorldOptions } from './fakes/world.ts';

const setting = (name: string, value: string): BiosSetting => ({
  name,
  value,
  attribute_type: null,
  allowable_values: null,
  lower_bound: null,
  upper_bound: null,
  min_length: null,
  max_length: null,
  read_only: null,
  reset_required: null,
  unique: null,
});
const version = (component: string, current_version: string) => ({ component, current_version });

async function enrolled(interfaces: NodeRecord['interfaces'], deps: WorldOptions['deps'] = {}) {
  const world = await createWorld({ deps });
  const [machine] = world.machines;
  if (machine === undefined) throw new Error('no machine');
  machine.faults.bios = [setting('BootMode', 'Uefi')];
  machine.faults.firmware = [version('bios', '1.0'), version('nic:X', '9')];
  await world.store().nodes.update(machine.uuid, { interfaces });
  const report = () => world.store().firmwareReports.get(machine.uuid);
  const run = async (verb: 'manage' | 'inspect') => {
    await world.daemon().requestVerb(machine.uuid, { verb });
    expect((await world.until(['manageable', 'enroll', 'inspect failed'])).last_error).toBeNull();
  };
  return { world, machine, report, run };
}

test('they are read when a node is managed, and again when it is inspected', async () => {
  const { machine, report, run } = await enrolled({
    bios: 'redfish',
    firmware: 'redfish',
    inspect: 'redfish',
  });
  await run('manage');
  expect(await report()).toMatchObject({
    bios: [{ name: 'BootMode', value: 'Uefi', updated_at: null }],
    components: [
      { component: 'bios', initial_version: '1.0', last_version_flashed: null },
      { component: 'nic:X' },
    ],
  });
  machine.faults.bios = [setting('BootMode', 'Bios')];
  machine.faults.firmware = [version('bios', '1.1')];
  await run('inspect');
  expect(await report()).toMatchObject({
    bios: [{ name: 'BootMode', value: 'Bios', updated_at: expect.any(String) }],
    components: [
      { component: 'bios', initial_version: '1.0', current_version: '1.1', last_version_flashed: '1.1' },
      { component: 'nic:X', current_version: '9', updated_at: null },
    ],
  });
});

test('only what the node has interfaces for is asked', async () => {
  const { report, run } = await enrolled({ bios: 'no-bios', firmware: 'redfish' });
  await run('manage');
  expect(await report()).toMatchObject({
    bios: [],
    components: [{ component: 'bios' }, { component: 'nic:X' }],
  });
});

test('a BMC that refuses to tell of its firmware is managed all the same', async () => {
  const { machine, report, run } = await enrolled({ bios: 'redfish', firmware: 'no-firmware' });
  machine.bmc.biosSettings = () => Promise.reject(new IngotError('bmc_refused', 'no', { hint: '' }));
  await run('manage');
  expect(await report()).toBeNull();
});

/** Ends by the signal alone, as the reading of a BMC that hangs does. */
const hangs = (signal?: AbortSignal) =>
  new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));

test.each([
  ['30 s', {}, 30_000],
  ['half of a short power_s', { power_s: 20 }, 10_000],
])('a BMC that hangs while it is asked is managed all the same, after %s', async (_, timeouts, ms) => {
  const deps = { timeouts: timeoutsSchema.parse(timeouts) };
  const { world, machine, report, run } = await enrolled({ bios: 'redfish', firmware: 'redfish' }, deps);
  const asked: string[] = [];
  machine.bmc.biosSettings = (signal) => {
    asked.push('bios');
    return hangs(signal);
  };
  machine.bmc.firmwareComponents = () => {
    asked.push('firmware');
    return Promise.resolve([]);
  };
  const before = world.clock.elapsed();
  await run('manage');
  expect(world.clock.elapsed() - before).toBe(ms);
  expect(asked).toEqual(['bios']);
  expect(await report()).toBeNull();
});

test('what was read before the time was up is kept', async () => {
  const { machine, report, run } = await enrolled({ bios: 'redfish', firmware: 'redfish' });
  machine.bmc.firmwareComponents = hangs;
  await run('manage');
  expect(await report()).toMatchObject({ bios: [{ name: 'BootMode' }], components: [] });
});

test('a node that is inspected stays with what was read before when its BMC hangs', async () => {
  const { machine, report, run } = await enrolled({
    bios: 'redfish',
    firmware: 'redfish',
    inspect: 'redfish',
  });
  await run('manage');
  const before = await report();
  machine.bmc.biosSettings = hangs;
  await run('inspect');
  expect(await report()).toEqual(before);
});

test('a setting that is listed no more is gone, and one that came back begins anew', () => {
  const at = (second: number) => ({ nodeUuid: 'n', at: `2026-11-23T12:00:0${second}.000Z` });
  const first = mergedReport(null, { bios: [setting('A', '1'), setting('B', '1')], components: null }, at(1));
  const second = mergedReport(first, { bios: [setting('B', '1')], components: null }, at(2));
  expect(second.bios.map(({ name, created_at }) => [name, created_at])).toEqual([['B', at(1).at]]);
  const third = mergedReport(second, { bios: [setting('A', '1'), setting('B', '2')], components: [] }, at(3));
  expect(third.bios.map(({ name, created_at, updated_at }) => [name, created_at, updated_at])).toEqual([
    ['A', at(3).at, null],
    ['B', at(1).at, at(3).at],
  ]);
});
