/** How NICs are made ready for the inventory, and how long that may take. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../src/agent/base/run.ts';
import { listenForLldp } from '../../src/agent/hardware/lldp-listener.ts';
import { USUAL_LLDP_WAIT_MS, wakeNics } from '../../src/agent/hardware/nics.ts';
import { createSysfs } from '../../src/agent/hardware/sysfs.ts';
import { tempFolder } from './support/disks.ts';
import { hurryingClock } from './support/machine.ts';
import { buildTree, SERVER } from './support/sysfs-tree.ts';

/** A pcap file with one LLDP frame whose system name is `switch`. */
const FRAME = Buffer.from('0180c200000e00112233445588cc0a067377697463680000', 'hex');
const CAPTURE = Buffer.concat([
  Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex'),
  Buffer.from([...new Uint8Array(8), FRAME.length, 0, 0, 0, FRAME.length, 0, 0, 0]),
  FRAME,
]);

/** The NIC eno1 with a link, and a `tcpdump` that hears a switch when `speak` is called. */
function nicsOf() {
  const clock = hurryingClock();
  const calls: string[] = [];
  const spoken = Promise.withResolvers<void>();
  const run: Run = async (program, args) => {
    calls.push([program, ...args].join(' '));
    if (program === 'tcpdump') {
      await spoken.promise;
      writeFileSync(args[args.indexOf('-w') + 1] ?? '', CAPTURE);
    }
    return { code: 0, stdout: '', stderr: '' };
  };
  const root = buildTree(SERVER);
  const nics = wakeNics({ sysfs: createSysfs(root), run, clock, runDir: tempFolder() });
  return { nics, calls, speak: spoken.resolve, root, waited: () => clock.pauses.reduce((a, b) => a + b, 0) };
}

const HEARD = new Map([['eno1', [[5, '737769746368']]]]);

describe('NICs', () => {
  it('are brought up and listened on from the start, before anybody asks', async () => {
    const { calls } = nicsOf();
    await expect.poll(() => calls.length).toBe(2);
    expect(calls[0]).toBe('ip link set dev eno1 up');
    expect(calls[1]).toMatch(/^tcpdump -i eno1 -Q in .* ether proto 0x88cc$/);
  });

  it('cost no wait when their switches have spoken already', async () => {
    const { nics, speak, waited } = nicsOf();
    speak();
    await expect.poll(() => nics.lldp().size).toBe(1);
    await nics.settle(USUAL_LLDP_WAIT_MS);
    expect(nics.lldp()).toEqual(HEARD);
    expect(waited()).toBe(0);
  });

  it('wait some seconds for a switch that says nothing, and tell later what it says later', async () => {
    const { nics, speak, waited } = nicsOf();
    await nics.settle(USUAL_LLDP_WAIT_MS);
    expect([nics.lldp().size, waited()]).toEqual([0, USUAL_LLDP_WAIT_MS]);
    speak();
    await expect.poll(() => nics.lldp()).toEqual(HEARD);
  });

  it('are no end of the agent when neither they nor a capture’s file can be handled', async () => {
    const run: Run = async (_program, args) => {
      // A folder in the place of the capture cannot be removed as a file.
      mkdirSync(args[args.indexOf('-w') + 1] ?? '', { recursive: true });
      return { code: 0, stdout: '', stderr: '' };
    };
    expect(await listenForLldp('eno1', { run, runDir: tempFolder(), timeoutMs: 1 })).toBeNull();
    const sysfs = {
      ...createSysfs(buildTree(SERVER)),
      names: (): readonly string[] => {
        throw new Error('no sysfs');
      },
    };
    const nics = wakeNics({ sysfs, run, clock: hurryingClock(), runDir: tempFolder() });
    await nextTurn();
    await expect(nics.settle(0)).rejects.toThrow('no sysfs');
  });

  it('without a link cost the wait for it, and no wait for LLDP', async () => {
    const { nics, root, waited } = nicsOf();
    writeFileSync(join(root, 'sys/class/net/eno1/carrier'), '0\n');
    await nics.settle(USUAL_LLDP_WAIT_MS);
    expect(waited()).toBe(4_000);
  });
});
