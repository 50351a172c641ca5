/** What is kept of BIOS settings and firmware components when they are read anew. Pure. */
import type {
  BiosSetting,
  BiosSettingRecord,
  FirmwareComponent,
  FirmwareComponentRecord,
  FirmwareReportRecord,
} from '../store/records/firmware.ts';

/** Null: not read this time. */
export type FirmwareReading = {
  readonly bios: readonly BiosSetting[] | null;
  readonly components: readonly FirmwareComponent[] | null;
};

/** What was not read stays. `at`: ISO 8601. */
export function mergedReport(
  before: FirmwareReportRecord | null,
  { bios, components }: FirmwareReading,
  { nodeUuid, at }: { readonly nodeUuid: string; readonly at: string },
): FirmwareReportRecord {
  const old = before ?? { bios: [], components: [] };
  return {
    node_uuid: nodeUuid,
    bios: bios === null ? old.bios : mergedSettings(old.bios, bios, at),
    components: components === null ? old.components : mergedComponents(old.components, components, at),
  };
}

/** A setting that the BIOS lists no more is gone, as in Ironic. */
function mergedSettings(
  old: readonly BiosSettingRecord[],
  read: readonly BiosSetting[],
  at: string,
): readonly BiosSettingRecord[] {
  const known = new Map(old.map((one) => [one.name, one]));
  return read.map((setting) => {
    const before = known.get(setting.name);
    if (before === undefined) return { ...setting, created_at: at, updated_at: null };
    const isChanged = before.value !== setting.value;
    return { ...setting, created_at: before.created_at, updated_at: isChanged ? at : before.updated_at };
  });
}

/** A component that is told no more stays with what was told last, as in Ironic: some hide while the machine is off. */
function mergedComponents(
  old: readonly FirmwareComponentRecord[],
  read: readonly FirmwareComponent[],
  at: string,
): readonly FirmwareComponentRecord[] {
  const news = new Map(read.map((one) => [one.component, one.current_version]));
  const kept = old.map((one) => {
    const version = news.get(one.component) ?? one.current_version;
    if (version === one.current_version) return one;
    return { ...one, current_version: version, last_version_flashed: version, updated_at: at };
  });
  const fresh = read.filter(({ component }) => !old.some((one) => one.component === component));
  return [
    ...kept,
    ...fresh.map(({ component, current_version }) => ({
      component,
      current_version,
      initial_version: current_version,
      last_version_flashed: null,
      created_at: at,
      updated_at: null,
    })),
  ];
}
