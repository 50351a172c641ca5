/** What the BMC of a QEMU machine tells of its hardware. Pure. */
import type { MachinePlan } from '../records.ts';
import type { MachineInfo } from './machine.ts';

export function qemuMachineInfo(plan: MachinePlan): MachineInfo {
  return {
    name: plan.name,
    uuid: plan.uuid,
    serial: plan.serial,
    manufacturer: 'Ingot',
    model: 'Lab machine',
    bios_version: plan.firmware === 'uefi' ? 'OVMF' : 'SeaBIOS',
    cpu_count: plan.cpus,
    memory_mib: plan.memory_mib,
    disk_bytes: plan.disk_gib * 1024 ** 3,
    nics: [
      { id: 'NIC1', mac: plan.pxe.mac, description: 'PXE network' },
      { id: 'NIC2', mac: plan.lcm.mac, description: 'LCM network' },
    ],
  };
}
