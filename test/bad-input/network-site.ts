/** The daemon in a namespace of its own, serving a PXE network to whoever is on the other end of a cable. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layWire, type Wire } from '../dhcp/wire.ts';
import { makeRamdisk, type RunningDaemon, startDaemon } from '../rig/daemon.ts';

export const DAEMON_ADDRESS = '10.77.0.1';
export const BOOT_PORT = 6180;

export type NetworkSite = {
  readonly wire: Wire;
  readonly daemon: RunningDaemon;
  stop(): Promise<void>;
};

/** The daemon has the interface `s0`, clients have `c0`. */
export async function startNetworkSite(
  name: string,
  timeouts: object = {},
  boot: object = {},
): Promise<NetworkSite> {
  const dir = await mkdtemp(join(tmpdir(), 'ingot-network-'));
  const wire = await layWire(name);
  await wire.addCable(0, `${DAEMON_ADDRESS}/16`);
  const daemon = await startDaemon({
    dir,
    launch: wire.launch('server'),
    config: {
      boot: { ...boot, listen_port: BOOT_PORT, ramdisk_dir: await makeRamdisk(join(dir, 'ramdisk')) },
      timeouts,
      networks: [
        {
          name: 'pxe',
          role: 'pxe',
          interface: 's0',
          cidr: '10.77.0.0/16',
          address: DAEMON_ADDRESS,
          dhcp: 'authoritative',
          ranges: [{ use: 'dhcp', from: '10.77.1.0', to: '10.77.250.255' }],
        },
      ],
    },
  });
  return {
    wire,
    daemon,
    stop: async () => {
      await daemon.stop();
      await wire.remove();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
