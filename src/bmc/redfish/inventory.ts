/** What the system's own resource tells of the host. All is optional: firmware leaves out what it likes. Pure. */
import type { SystemInfo } from '../bmc.ts';
import { type Dict, dictField, numberField, textField } from './decode.ts';
import type { Habits } from './quirks.ts';
import { bootModeOf, powerOf } from './system.ts';

export function systemInfoIn(body: Dict, habits: Habits): SystemInfo {
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
  };
}
