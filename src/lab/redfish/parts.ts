/** What is built into a machine, as its BMC lists it: one processor, one storage subsystem with one drive. Pure. */
import type { MachineInfo } from '../machine/machine.ts';
import { type Body, collection, link, OK, resource, systemUri } from './resources.ts';

export function processorCollection(id: string): Body {
  const uri = `${systemUri(id)}/Processors`;
  return collection({ uri, type: 'ProcessorCollection', name: 'Processors' }, [`${uri}/CPU1`]);
}

export function processorBody(id: string, { cpu_count }: MachineInfo): Body {
  const uri = `${systemUri(id)}/Processors/CPU1`;
  return {
    ...resource({ uri, type: 'Processor.v1_13_0.Processor', name: 'Processor' }),
    ProcessorType: 'CPU',
    ProcessorArchitecture: 'x86',
    InstructionSet: 'x86-64',
    Model: 'Virtual CPU',
    MaxSpeedMHz: 2000,
    TotalCores: cpu_count,
    TotalThreads: cpu_count,
    Status: OK,
  };
}

const storageUri = (id: string): string => `${systemUri(id)}/Storage/1`;
const driveUri = (id: string): string => `${storageUri(id)}/Drives/1`;

export function storageCollection(id: string): Body {
  const uri = `${systemUri(id)}/Storage`;
  return collection({ uri, type: 'StorageCollection', name: 'Storage' }, [storageUri(id)]);
}

export function storageBody(id: string): Body {
  return {
    ...resource({ uri: storageUri(id), type: 'Storage.v1_10_0.Storage', name: 'Virtual disks' }),
    Drives: [link(driveUri(id))],
    'Drives@odata.count': 1,
    Status: OK,
  };
}

export function driveBody(id: string, { disk_bytes, serial }: MachineInfo): Body {
  return {
    ...resource({ uri: driveUri(id), type: 'Drive.v1_13_0.Drive', name: 'Disk 1' }),
    CapacityBytes: disk_bytes,
    MediaType: 'SSD',
    Protocol: 'PCIe',
    Model: 'Virtual disk',
    SerialNumber: serial,
    Status: OK,
  };
}
