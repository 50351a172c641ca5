import { describe, expect, it } from 'vitest';
import { type AskedStep, stepsAskedFor } from '../../../src/lifecycle/plans/asked-steps.ts';

const asked = (step: string, interfaceName: string | null = null, args = {}): AskedStep => ({
  interface: interfaceName,
  step,
  args,
});

describe('steps that an operator names', () => {
  it('become steps of the job in the same order, after a check that the agent has them', () => {
    const steps = stepsAskedFor('clean', [
      asked('erase_devices', 'deploy', { rounds: 2 }),
      asked('reboot'),
      asked('hold'),
      asked('wait', 'power', { seconds: 30 }),
    ]);
    expect(steps).toEqual([
      { name: 'check-clean-steps', args: {} },
      {
        name: 'clean-step',
        args: { step: { interface: 'deploy', step: 'erase_devices', args: { rounds: 2 } } },
      },
      { name: 'power-off', args: {} },
      { name: 'boot-ramdisk', args: {} },
      { name: 'wait-agent', args: {} },
      { name: 'hold', args: {} },
      { name: 'pause', args: { seconds: 30 } },
    ]);
  });

  it('without the ramdisk are those that need none, and switch the machine on as it is', () => {
    const without = { withoutRamdisk: true };
    const steps = stepsAskedFor('clean', [asked('reboot'), asked('power_on'), asked('hold')], without);
    expect(steps.map(({ name }) => name)).toEqual(['power-off', 'power-on', 'power-on', 'hold']);
    expect(() => stepsAskedFor('clean', [asked('erase_devices', 'deploy')], without)).toThrow(
      'clean step erase_devices requires booting a ramdisk',
    );
  });

  it('of a reserved name mean the same on whatever interface', () => {
    expect(stepsAskedFor('service', [asked('hold', 'deploy')])[1]).toEqual({ name: 'hold', args: {} });
  });

  it.each([
    ['no step at all', [], 'clean_steps must name 1 to 256 steps'],
    ['too many', Array.from({ length: 257 }, () => asked('hold')), 'clean_steps must name 1 to 256 steps'],
    ['no interface', [asked('erase_devices')], 'The step "erase_devices" of clean_steps names no interface'],
    ['a name of JavaScript’s', [asked('constructor')], 'names no interface'],
    ['half a second', [asked('wait', null, { seconds: 0.5 })], 'cannot wait for 0.5 seconds'],
    ['a word', [asked('wait', null, { seconds: 'long' })], 'cannot wait for "long" seconds'],
    ['a week', [asked('wait', null, { seconds: 604_800 })], 'cannot wait for 604800 seconds'],
  ])('are refused with %s', (_name, steps, problem) => {
    expect(() => stepsAskedFor('clean', steps)).toThrow(problem);
  });
});
