import { expect, test } from 'vitest';
import { standbyCommands } from '../../src/agent/extensions/standby.ts';
import { systemCommands } from '../../src/agent/extensions/system.ts';
import { silentPrograms, testMachine } from './support/machine.ts';

test.each([
  ['standby.power_off', { result: 'power_off: ok' }, ['sync', 'poweroff -f']],
  ['standby.run_image', { result: 'run_image: ok' }, ['sync', 'reboot -f']],
  ['system.lockdown', null, ['ip link set ens3 down']],
])('%s answers first, then the machine goes', async (name, result, programs) => {
  const { run, calls } = silentPrograms();
  const machine = testMachine({ run });
  const commands = { ...standbyCommands(machine), ...systemCommands(machine) };
  expect(await commands[name]?.run({}, { onProgress: () => undefined })).toEqual(result);
  await expect.poll(() => calls).toEqual(programs);
});

test('a machine whose program does not switch it off is switched off by its kernel', async () => {
  const calls: string[] = [];
  const machine = testMachine({
    run: async (program, args) => {
      calls.push([program, ...args].join(' '));
      return { code: program === 'poweroff' ? 1 : 0, stdout: '', stderr: '' };
    },
  });
  await standbyCommands(machine)['standby.power_off']?.run({}, { onProgress: () => undefined });
  await expect.poll(() => calls.at(-1)).toBe('sh -c echo o > /proc/sysrq-trigger');
});
