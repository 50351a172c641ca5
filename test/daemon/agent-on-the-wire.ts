/** ingot's own agent as a program, on whichever side of a wire it is started. Usage: agent-on-the-wire.ts JSON */
import { systemClock } from '../../src/agent/base/clock.ts';
import { MIB } from '../../src/agent/disk/disk.ts';
import { makeDisk, realAgent } from '../bad-input/real-agent.ts';
import { rackMac } from '../rig/simulated/rack.ts';

const { bootUrl, folder }: { readonly bootUrl: string; readonly folder: string } = JSON.parse(
  process.argv[2] ?? '{}',
);
const disk = await makeDisk(folder, { serial: 'DISK-1', size: 16 * MIB });
const power = new AbortController();
await realAgent(folder, () => [disk])({
  index: 0,
  mac: rackMac(0),
  bootUrl,
  signal: power.signal,
  powerOff: async () => {
    // Its answer goes out before the power does.
    void systemClock.sleep(200).then(() => process.exit(0));
  },
});
