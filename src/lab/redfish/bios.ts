/**
 * The settings of a machine's firmware and the registry that describes them; they are shown, and take no changes. Pure.
 */
import type { MachineInfo } from '../machine/machine.ts';
import { type Body, collection, PATHS, resource, systemUri } from './resources.ts';

const REGISTRY = 'LabBiosAttributeRegistry.v1_0_0';
export const REGISTRY_FILE = `${PATHS.registries}/${REGISTRY}`;
export const REGISTRY_DOCUMENT = `${REGISTRY_FILE}.json`;

const biosUri = (id: string): string => `${systemUri(id)}/Bios`;

export function biosBody(id: string, { cpu_count }: MachineInfo): Body {
  return {
    ...resource({ uri: biosUri(id), type: 'Bios.v1_2_0.Bios', name: 'Firmware settings' }),
    AttributeRegistry: REGISTRY,
    Attributes: { BootMode: 'Uefi', NumCores: cpu_count },
  };
}

export function registryCollection(): Body {
  const uri = PATHS.registries;
  return collection({ uri, type: 'MessageRegistryFileCollection', name: 'Registries' }, [REGISTRY_FILE]);
}

export function registryFile(): Body {
  return {
    ...resource({
      uri: REGISTRY_FILE,
      type: 'MessageRegistryFile.v1_1_3.MessageRegistryFile',
      name: 'Firmware settings',
    }),
    Registry: REGISTRY,
    Languages: ['en'],
    Location: [{ Language: 'en', Uri: REGISTRY_DOCUMENT }],
  };
}

export function registryDocument(): Body {
  const shown = { ReadOnly: true, ResetRequired: true };
  return {
    '@odata.type': '#AttributeRegistry.v1_3_6.AttributeRegistry',
    Id: REGISTRY,
    Name: 'Firmware settings',
    Language: 'en',
    RegistryVersion: '1.0.0',
    OwningEntity: 'Ingot',
    RegistryEntries: {
      Attributes: [
        {
          AttributeName: 'BootMode',
          Type: 'Enumeration',
          ...shown,
          Value: [{ ValueName: 'Uefi' }, { ValueName: 'Bios' }],
        },
        { AttributeName: 'NumCores', Type: 'Integer', LowerBound: 1, UpperBound: 1024, ...shown },
      ],
    },
  };
}
