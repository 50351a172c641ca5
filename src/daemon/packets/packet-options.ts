/** What the packet thread is told at its start. */
import { resolve } from 'node:path';
import type { BootManifest } from '../../boot/manifest.ts';
import type { Config } from '../../config/schema.ts';
import { passedDescriptors } from '../../net/bound-socket.ts';
import type { HttpsBoot } from '../listeners/https-boot.ts';
import { bootSite } from '../site.ts';
import type { PacketThreadOptions } from './packet-protocol.ts';

export function packetThreadOptions(
  config: Config,
  { manifest, https }: { readonly manifest: BootManifest; readonly https: HttpsBoot },
): PacketThreadOptions {
  return {
    networks: config.networks,
    dhcpDescriptors: new Map(passedDescriptors(process.env, process.pid).map(({ name, fd }) => [name, fd])),
    leasesPath: resolve(config.state_dir, 'leases.db'),
    manifest,
    kernelArgs: config.boot.kernel_args,
    site: bootSite(config, https),
    tftp: config.boot.tftp,
    logLevel: config.log_level,
  };
}
