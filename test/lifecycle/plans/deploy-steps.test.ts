import { describe, expect, it } from 'vitest';
import {
  deploymentSteps,
  inOrder,
  instanceTraits,
  withTemplates,
} from '../../../src/lifecycle/plans/deploy-steps.ts';
import type { DeployStep } from '../../../src/store/records/step-list.ts';

const DIRECT = { driver: 'redfish', interfaces: {} };
const FAKE = { driver: 'fake-hardware', interfaces: {} };

const step = (title: string, priority: number, args = {}): DeployStep => {
  const [kind = '', name = ''] = title.split('.');
  return { interface: kind, step: name, args, priority };
};

const names = (node: typeof DIRECT, asked: readonly DeployStep[] = []): readonly string[] =>
  deploymentSteps(node, asked).map(({ name }) => name);

/** What the ramdisk shall do, as the job holds it. */
const inRamdisk = (asked: readonly DeployStep[]): unknown =>
  deploymentSteps(DIRECT, asked).find(({ name }) => name === 'plan-deployment')?.args.steps;

describe('the steps of a deployment', () => {
  it('without any of the operator’s are ingot’s own, with Ironic’s names beside them', () => {
    expect(names(DIRECT)).toEqual([
      'prepare-image',
      'allocate-addresses',
      'power-off',
      'boot-ramdisk',
      'wait-agent',
      'plan-deployment',
      'agent-power-off',
      'boot-disk',
    ]);
    expect(deploymentSteps(DIRECT, []).at(-1)?.args.step).toEqual(step('deploy.boot_instance', 20));
    expect(inRamdisk([])).toEqual([step('deploy.write_image', 80), step('deploy.prepare_instance_boot', 60)]);
  });

  it('go to the agent where they are the agent’s, and hold the node where they say so', () => {
    const asked = [step('raid.tune', 90, { wipe: true }), step('deploy.hold', 150), step('deploy.wait', 30)];
    expect(names(DIRECT, asked)).toEqual([
      'prepare-image',
      'allocate-addresses',
      'hold',
      'power-off',
      'boot-ramdisk',
      'wait-agent',
      'plan-deployment',
      'agent-power-off',
      'pause',
      'boot-disk',
    ]);
    expect(inRamdisk(asked)).toContainEqual(step('raid.tune', 90, { wipe: true }));
  });

  it('may move ingot’s own within the ramdisk’s time, and leave them out', () => {
    const asked = [step('deploy.write_image', 50), step('deploy.prepare_instance_boot', 0)];
    expect(inRamdisk(asked)).toEqual(asked);
    const without = [step('deploy.write_image', 0), step('deploy.boot_instance', 0)];
    expect(names(DIRECT, without)).not.toContain('prepare-image');
    expect(names(DIRECT, without).slice(-2)).toEqual(['agent-power-off', 'leave-ramdisk']);
  });

  it('of one priority go by their interface, as in Ironic', () => {
    const steps = [step('raid.a', 70), step('vendor.b', 70), step('deploy.c', 70), step('bios.d', 90)];
    expect(inOrder([...steps, step('deploy.off', 0)]).map((one) => one.step)).toEqual(['d', 'b', 'c', 'a']);
  });

  it.each([
    [
      'a core step',
      step('deploy.deploy', 90),
      /deploy step deploy on interface deploy is a core step and cannot be/,
    ],
    ['the end of the ramdisk', step('deploy.tear_down_agent', 0), 'is a core step'],
    ['arguments', step('deploy.write_image', 80, { x: 1 }), 'has these unexpected arguments: x'],
    ['a start before the end', step('deploy.boot_instance', 60), 'can only follow the ramdisk'],
    ['a step before the ramdisk', step('raid.tune', 120), 'has the priority 120, when no ramdisk runs'],
    ['a step after the ramdisk', step('raid.tune', 40), 'has the priority 40, when no ramdisk runs'],
    ['writing after the ramdisk', step('deploy.write_image', 30), 'when no ramdisk runs'],
    ['a long word', step('deploy.wait', 50, { seconds: 'long' }), 'cannot wait for "long" seconds'],
  ])('are refused with %s', (_name, asked, problem) => {
    expect(() => deploymentSteps(DIRECT, [asked])).toThrow(problem);
  });

  it('of a fake interface are pretended, and what nobody can do is refused at once', () => {
    expect(names(FAKE, [step('deploy.hold', 50)])).toEqual(['pretend-boot', 'hold']);
    expect(() => names(FAKE, [step('bios.tune', 50)])).toThrow(
      'node does not support this deploy step: bios.tune',
    );
  });
});

describe('deploy templates', () => {
  const template = (name: string, ...steps: readonly DeployStep[]) => ({ name, steps });

  it('add their steps; one that the operator names himself wins', () => {
    const asked = [step('raid.tune', 90, { wipe: true })];
    const merged = withTemplates(asked, [template('CUSTOM_A', step('raid.tune', 70), step('bios.x', 60))]);
    expect(merged).toEqual([...asked, step('bios.x', 60)]);
  });

  it('that both have one step are refused by their names', () => {
    const both = [template('CUSTOM_A', step('raid.tune', 70)), template('CUSTOM_B', step('raid.tune', 60))];
    expect(() => withTemplates([], both)).toThrow(
      /Matching deploy templates: CUSTOM_A,CUSTOM_B\. Errors: .*same interface/,
    );
    expect(() => withTemplates([step('bios.x', 1), step('bios.x', 2)], [])).toThrow(
      'cannot name a step twice',
    );
  });

  it('are chosen by traits that the node has', () => {
    const node = { uuid: 'u', traits: ['CUSTOM_A', 'HW_X'], instance_info: {} };
    expect(instanceTraits(node)).toEqual([]);
    expect(instanceTraits({ ...node, instance_info: { traits: ['CUSTOM_A'] } })).toEqual(['CUSTOM_A']);
    expect(() => instanceTraits({ ...node, instance_info: { traits: 'CUSTOM_A' } })).toThrow(
      'A list of strings is expected.',
    );
    expect(() => instanceTraits({ ...node, instance_info: { traits: ['CUSTOM_B'] } })).toThrow(
      'Node u is missing traits CUSTOM_B',
    );
  });
});
