/** A machine for the tests: real HTTP and files, no waiting, programs as given. */
import type { Clock } from '../../../src/agent/base/clock.ts';
import { createHttpClient } from '../../../src/agent/base/http.ts';
import { type Run, systemRun } from '../../../src/agent/base/run.ts';
import { createSay } from '../../../src/agent/base/say.ts';
import type { Disk } from '../../../src/agent/disk/disk.ts';
import type { Machine } from '../../../src/agent/extensions/machine.ts';
import { collectInventory } from '../../../src/agent/hardware/inventory.ts';
import { createSysfs } from '../../../src/agent/hardware/sysfs.ts';
import { tempFolder } from './disks.ts';
import { buildTree, VIRTUAL } from './sysfs-tree.ts';

/** Pauses end at the next turn of the event loop; what was asked for is kept in `pauses`. */
export function hurryingClock(): Clock & { readonly pauses: readonly number[] } {
  const pauses: number[] = [];
  return {
    pauses,
    now: () => Date.now(),
    sleep: (ms, signal) => {
      pauses.push(ms);
      return new Promise((resolve, reject) => {
        setImmediate(() => (signal?.aborted === true ? reject(signal.reason) : resolve()));
      });
    },
  };
}

/** Programs that all succeed and say nothing; `calls` has every command line. */
export function silentPrograms(): { readonly run: Run; readonly calls: readonly string[] } {
  const calls: string[] = [];
  const run: Run = async (program, args) => {
    calls.push([program, ...args].join(' '));
    return { code: 0, stdout: '', stderr: '' };
  };
  return { run, calls };
}

export type TestMachine = Machine & { readonly said: () => readonly string[] };

export function testMachine(
  parts: Partial<Machine> & { readonly fixedDisks?: readonly Disk[] } = {},
): TestMachine {
  const { say, lines } = createSay(() => undefined);
  const { fixedDisks = [], ...given } = parts;
  const root = buildTree(VIRTUAL);
  return {
    run: systemRun,
    http: createHttpClient({ insecure: false, silenceMs: 5000, timeoutMs: 5000 }),
    clock: hurryingClock(),
    say,
    saidLines: lines,
    said: lines,
    disks: () => fixedDisks,
    inventory: () =>
      collectInventory({
        sysfs: createSysfs(root),
        addresses: new Map(),
        lldp: new Map(),
        bootMac: null,
        hostname: 'ramdisk',
        nodeArch: 'x64',
      }),
    node: () => ({}),
    runDir: tempFolder(),
    etcDir: tempFolder(),
    sshPort: 22,
    partitionNode: () => null,
    ...given,
  };
}
