/** What the BMC knows about its host. Everything is optional: firmware leaves out what it likes. */
import type { SystemInfo } from '../bmc.ts';
import type { RedfishClient, Resource } from './client.ts';
import { dictField, numberField, textField } from './decode.ts';
import { readNicMacs } from './nic-macs.ts';
import type { Habits } from './quirks.ts';
import { readSecureBoot } from './secure-boot.ts';
import { bootModeOf, powerOf } from './system.ts';

export async function readSystemInfo(
  client: RedfishClient,
  system: Resource,
  habits: Habits,
): Promise<SystemInfo> {
  const { body } = system;
  const memoryGib = numberField(dictField(body, 'MemorySummary'), 'TotalSystemMemoryGiB');
  return {
    manufacturer: textField(body, 'Manufacturer'),
    model: textField(body, 'Model'),
    serial: textField(body, habits.serialField) ?? textField(body, 'SerialNumber'),
    uuid: textField(body, 'UUID'),
    bios_version: textField(body, 'BiosVersion'),
    cpu_count: numberField(dictField(body, 'ProcessorSummary'), 'Count'),
    memory_mib: memoryGib === null ? null : Math.round(memoryGib * 1024),
    power: powerOf(body),
    boot_mode: bootModeOf(body),
    secure_boot: await readSecureBoot(client, system),
    macs: await readNicMacs(client, body),
  };
}
