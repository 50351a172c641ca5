/** By which way a node's machine is started into the ramdisk, and what keeps it from there. Pure. */
import type { BootDevice } from '../../bmc/bmc.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import { usesSecureBoot, wantedBootMode } from '../capabilities.ts';
import { interfaceOf, notYet } from '../interfaces.ts';

export function networkDeviceOf(node: Pick<NodeRecord, 'driver' | 'interfaces'>): BootDevice {
  return interfaceOf(node, 'boot') === 'http-ipxe' ? 'http' : 'pxe';
}

/**
 * Why `boot_interface` does not go with what else the node says; null when it does. `secureHttpBoot`: as in `Site`.
 */
export function bootInterfaceConflict(
  node: NodeRecord,
  { secureHttpBoot }: { readonly secureHttpBoot: boolean },
): string | null {
  const unbuilt = notYet(node, 'boot');
  if (unbuilt !== null) return unbuilt;
  if (interfaceOf(node, 'boot') !== 'http-ipxe') return null;
  if (wantedBootMode(node) === 'bios')
    return 'its boot_interface http-ipxe is UEFI HTTP boot, and its boot_mode is bios: change one of them';
  return usesSecureBoot(node) && !secureHttpBoot
    ? 'its boot_interface is http-ipxe and it uses Secure Boot: firmware with Secure Boot refuses iPXE, and the signed GRUB cannot load by HTTP; set boot_interface to ipxe'
    : null;
}
