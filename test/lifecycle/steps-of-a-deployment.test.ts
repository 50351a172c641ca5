import { expect, it } from 'vitest';
import type { DeployStep } from '../../src/store/records/step-list.ts';
import { createWorld, DEPLOYABLE, type World } from './fakes/world.ts';

const ERASE: DeployStep = { interface: 'deploy', step: 'erase_devices_metadata', args: {}, priority: 90 };
const RAID: DeployStep = { interface: 'raid', step: 'tune_raid', args: { wipe: true }, priority: 70 };

type Given = { readonly deploySteps?: readonly DeployStep[]; readonly traits?: readonly string[] };

async function deploying({ deploySteps = [], traits = [] }: Given): Promise<World> {
  const world = await createWorld();
  const { uuid } = await world.node();
  const instance_info = { ...DEPLOYABLE, ...(traits.length === 0 ? {} : { traits }) };
  await world.store().nodes.update(uuid, { provision_state: 'available', traits, instance_info });
  const steps = [{ interface: 'raid', step: 'tune_raid', args: { wipe: false }, rank: 95 }];
  const runbook = { extra: {}, disable_ramdisk: false, public: false, owner: null };
  const list = { uuid: 'template-1', kind: 'deploy_template', name: 'CUSTOM_RAID', steps } as const;
  await world.store().stepLists.insert({ ...list, ...runbook });
  await world.daemon().requestVerb(uuid, { verb: 'active', deploySteps });
  return world;
}

/** The steps of the job in the end, without those that stand in every deployment. */
async function stepsDone(world: World): Promise<readonly unknown[]> {
  const job = await world.store().jobs.lastOf((await world.node()).uuid);
  const inRamdisk = ['deploy-step', 'write-image', 'install-bootloader', 'hold'];
  return (job?.steps ?? []).flatMap(({ name, args }) =>
    !inRamdisk.includes(name) ? [] : name === 'deploy-step' ? [args.step] : [name],
  );
}

it('a deployment runs the operator’s steps among its own, by priority', async () => {
  const world = await deploying({ deploySteps: [RAID, ERASE] });
  expect((await world.until(['active', 'deploy failed'])).provision_state).toBe('active');
  expect(await stepsDone(world)).toEqual([
    { ...ERASE, abortable: true },
    'write-image',
    { ...RAID, abortable: true },
    'install-bootloader',
  ]);
  expect(world.machines[0]?.history).toEqual([
    'on pxe',
    'execute_deploy_step',
    'execute_deploy_step',
    'execute_deploy_step',
    'install_bootloader',
    'power_off',
    'off',
    'on disk',
  ]);
});

it('a deploy template adds its steps to the instances that have its trait', async () => {
  const world = await deploying({ traits: ['CUSTOM_RAID'] });
  expect((await world.until(['active', 'deploy failed'])).provision_state).toBe('active');
  const ofTemplate = { ...RAID, args: { wipe: false }, priority: 95, abortable: true };
  expect(await stepsDone(world)).toEqual([ofTemplate, 'write-image', 'install-bootloader']);
});

it('a deployment goes on after a crash amid its steps, and runs none of them twice', async () => {
  const world = await deploying({ deploySteps: [RAID, ERASE] });
  for (const commands of [1, 2, 3]) {
    const begun = () => world.machines[0]?.history.filter((one) => one === 'execute_deploy_step').length;
    await world.untilTrue(`${commands} commands`, () => begun() === commands);
    await world.restart();
  }
  expect((await world.until(['active', 'deploy failed'])).provision_state).toBe('active');
  expect(world.machines[0]?.history.filter((one) => one === 'execute_deploy_step')).toHaveLength(3);
});

it('a hold waits for the operator while the ramdisk runs, and the deployment goes on in it', async () => {
  const hold: DeployStep = { interface: 'deploy', step: 'hold', args: {}, priority: 70 };
  const world = await deploying({ deploySteps: [hold] });
  await world.untilTrue('held', async () => (await world.node()).provision_state === 'deploy hold');
  await world.daemon().requestVerb((await world.node()).uuid, { verb: 'unhold' });
  expect((await world.until(['active', 'deploy failed'])).provision_state).toBe('active');
  expect(await stepsDone(world)).toEqual(['write-image', 'hold', 'install-bootloader']);
});

it.each([
  {
    what: 'an unknown step',
    asked: { ...RAID, step: 'polish' },
    says: 'node does not support this deploy step: raid.polish',
  },
  {
    what: 'an unknown argument',
    asked: { ...RAID, args: { wipe: true, colour: 'red' } },
    says: 'unexpected arguments: colour',
  },
  {
    what: 'a missing argument',
    asked: { ...RAID, args: {} },
    says: 'missing these required arguments: wipe',
  },
])('$what is told before anything is written', async ({ asked, says }) => {
  const world = await deploying({ deploySteps: [asked] });
  const { last_error } = await world.until(['active', 'deploy failed']);
  expect(last_error).toContain(says);
  expect(last_error).toContain('raid.tune_raid');
  expect(world.machines[0]?.history).toEqual(['on pxe', 'off']);
});

it('a step that is switched off is not run, and its missing arguments do not matter', async () => {
  const world = await deploying({ deploySteps: [{ ...RAID, args: {}, priority: 0 }] });
  expect((await world.until(['active', 'deploy failed'])).provision_state).toBe('active');
  expect(await stepsDone(world)).toEqual(['write-image', 'install-bootloader']);
});
