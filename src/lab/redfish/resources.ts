/** The resources of a BMC as bodies. Pure: a view of its machines, nothing more. */
import type { Machine, MachineInfo } from '../machine/machine.ts';
import { BOOT_PROPERTIES } from './boot-patch.ts';
import { RESET_TYPES } from './reset.ts';
import { secureBootBody } from './secure-boot.ts';
import { SESSION_TIMEOUT_S, type Session } from './sessions.ts';

export type Body = Readonly<Record<string, unknown>>;

export const ROOT = '/redfish/v1';
export const PATHS = {
  systems: `${ROOT}/Systems`,
  managers: `${ROOT}/Managers`,
  chassis: `${ROOT}/Chassis`,
  registries: `${ROOT}/Registries`,
  sessionService: `${ROOT}/SessionService`,
  sessions: `${ROOT}/SessionService/Sessions`,
} as const;

/** The one action of a system, as it stands in its URI. */
export const RESET_ACTION = 'ComputerSystem.Reset';

export const OK = { State: 'Enabled', Health: 'OK' };
const MANAGER = `${PATHS.managers}/1`;
const CHASSIS = `${PATHS.chassis}/1`;
export const link = (uri: string): Body => ({ '@odata.id': uri });
export const systemUri = (id: string): string => `${PATHS.systems}/${id}`;

type Name = { readonly uri: string; readonly type: string; readonly name: string };

/** What every resource begins with; its Id is the last part of its URI. */
export const resource = ({ uri, type, name }: Name): Body => ({
  '@odata.id': uri,
  '@odata.type': `#${type}`,
  Id: uri.split('/').at(-1),
  Name: name,
});

export function collection({ uri, type, name }: Name, members: readonly string[]): Body {
  return {
    '@odata.id': uri,
    '@odata.type': `#${type}.${type}`,
    Name: name,
    'Members@odata.count': members.length,
    Members: members.map(link),
  };
}

export function serviceRoot(uuid: string): Body {
  return {
    ...resource({ uri: `${ROOT}/`, type: 'ServiceRoot.v1_11_0.ServiceRoot', name: 'Root Service' }),
    Id: 'RootService',
    RedfishVersion: '1.15.0',
    UUID: uuid,
    Vendor: 'Ingot',
    Product: 'Ingot lab BMC',
    ProtocolFeaturesSupported: {
      ExpandQuery: { ExpandAll: false, Levels: false, Links: false, NoLinks: false },
      ExcerptQuery: false,
      FilterQuery: false,
      OnlyMemberQuery: false,
      SelectQuery: false,
    },
    Systems: link(PATHS.systems),
    Managers: link(PATHS.managers),
    Chassis: link(PATHS.chassis),
    Registries: link(PATHS.registries),
    SessionService: link(PATHS.sessionService),
    Links: { Sessions: link(PATHS.sessions) },
  };
}

/** OData's service document: what there is at the root, without reading Redfish. */
export function serviceDocument(): Body {
  return {
    '@odata.context': `${ROOT}/$metadata`,
    value: Object.entries({ Systems: PATHS.systems, Managers: PATHS.managers, Chassis: PATHS.chassis }).map(
      ([name, url]) => ({ name, kind: 'Singleton', url }),
    ),
  };
}

export const METADATA =
  '<?xml version="1.0" encoding="UTF-8"?>\n' +
  '<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0"><edmx:DataServices/></edmx:Edmx>\n';

export function sessionService(): Body {
  return {
    ...resource({
      uri: PATHS.sessionService,
      type: 'SessionService.v1_1_8.SessionService',
      name: 'Session Service',
    }),
    Status: OK,
    ServiceEnabled: true,
    SessionTimeout: SESSION_TIMEOUT_S,
    Sessions: link(PATHS.sessions),
  };
}

export function sessionBody(session: Session): Body {
  return {
    ...resource({
      uri: `${PATHS.sessions}/${session.id}`,
      type: 'Session.v1_3_0.Session',
      name: 'User Session',
    }),
    UserName: session.username,
  };
}

export function system(id: string, machine: Machine): Body {
  const { info } = machine;
  const boot = machine.boot();
  const uri = systemUri(id);
  const allowed = Object.entries(BOOT_PROPERTIES).map(([name, values]) => [
    `${name}@Redfish.AllowableValues`,
    values,
  ]);
  return {
    ...resource({ uri, type: 'ComputerSystem.v1_16_0.ComputerSystem', name: info.name }),
    SystemType: 'Physical',
    HostName: info.name,
    Manufacturer: info.manufacturer,
    Model: info.model,
    SKU: info.model,
    SerialNumber: info.serial,
    UUID: info.uuid,
    BiosVersion: info.bios_version,
    PowerState: machine.power(),
    Status: OK,
    Boot: {
      BootSourceOverrideEnabled: boot.enabled,
      BootSourceOverrideTarget: boot.target,
      BootSourceOverrideMode: boot.mode,
      ...Object.fromEntries(allowed),
    },
    ProcessorSummary: { Count: info.cpu_count, Model: 'Virtual CPU', Status: OK },
    MemorySummary: { TotalSystemMemoryGiB: info.memory_mib / 1024, Status: OK },
    Bios: link(`${uri}/Bios`),
    Processors: link(`${uri}/Processors`),
    Storage: link(`${uri}/Storage`),
    EthernetInterfaces: link(`${uri}/EthernetInterfaces`),
    ...(machine.secureBoot() === null ? {} : { SecureBoot: link(`${uri}/SecureBoot`) }),
    Links: { ManagedBy: [link(MANAGER)], Chassis: [link(CHASSIS)] },
    Actions: {
      [`#${RESET_ACTION}`]: {
        target: `${uri}/Actions/${RESET_ACTION}`,
        'ResetType@Redfish.AllowableValues': RESET_TYPES,
      },
    },
  };
}

/** Null for firmware without Secure Boot. */
export function secureBoot(id: string, machine: Machine): Body | null {
  const state = machine.secureBoot();
  if (state === null) return null;
  const uri = `${systemUri(id)}/SecureBoot`;
  return {
    ...resource({ uri, type: 'SecureBoot.v1_1_0.SecureBoot', name: 'UEFI Secure Boot' }),
    ...secureBootBody(state),
  };
}

export function nicCollection(id: string, info: MachineInfo): Body {
  const uri = `${systemUri(id)}/EthernetInterfaces`;
  return collection(
    { uri, type: 'EthernetInterfaceCollection', name: 'Ethernet Interfaces' },
    info.nics.map((nic) => `${uri}/${nic.id}`),
  );
}

/** One NIC; null when the machine has none of that id. */
export function nicBody(id: string, machine: Machine, nicId: string): Body | null {
  const nic = machine.info.nics.find((candidate) => candidate.id === nicId);
  if (nic === undefined) return null;
  const uri = `${systemUri(id)}/EthernetInterfaces/${nic.id}`;
  return {
    ...resource({ uri, type: 'EthernetInterface.v1_8_0.EthernetInterface', name: nic.description }),
    Status: OK,
    InterfaceEnabled: true,
    LinkStatus: machine.power() === 'On' ? 'LinkUp' : 'LinkDown',
    MACAddress: nic.mac,
    PermanentMACAddress: nic.mac,
  };
}

export function managerBody(uuid: string, systemIds: readonly string[]): Body {
  return {
    ...resource({ uri: MANAGER, type: 'Manager.v1_14_0.Manager', name: 'BMC' }),
    ManagerType: 'BMC',
    Model: 'Ingot lab BMC',
    FirmwareVersion: '1.0',
    UUID: uuid,
    PowerState: 'On',
    Status: OK,
    Links: {
      ManagerForServers: systemIds.map((id) => link(systemUri(id))),
      ManagerForChassis: [link(CHASSIS)],
    },
  };
}

export function chassisBody(systemIds: readonly string[]): Body {
  return {
    ...resource({ uri: CHASSIS, type: 'Chassis.v1_20_0.Chassis', name: 'Chassis' }),
    ChassisType: 'RackMount',
    Manufacturer: 'Ingot',
    Model: 'Lab chassis',
    PowerState: 'On',
    Status: OK,
    Links: { ComputerSystems: systemIds.map((id) => link(systemUri(id))), ManagedBy: [link(MANAGER)] },
  };
}
