/** What the firmware of a node's machine told last, as its BMC passes it on. Null: not told. */

/** One attribute of the BIOS, with what the BMC's registry says about it. */
export type BiosSetting = {
  readonly name: string;
  /** As text, whatever it is: `True`, `4`, `Uefi`. */
  readonly value: string | null;
  /** `Enumeration`, `String`, `Integer`, `Boolean`, `Password`. */
  readonly attribute_type: string | null;
  readonly allowable_values: readonly string[] | null;
  readonly lower_bound: number | null;
  readonly upper_bound: number | null;
  readonly min_length: number | null;
  readonly max_length: number | null;
  readonly read_only: boolean | null;
  readonly reset_required: boolean | null;
  /** Only this machine may have this value. */
  readonly unique: boolean | null;
};

/** `component` by Ironic's names: `bios`, `bmc`, `nic:SERIAL`. */
export type FirmwareComponent = { readonly component: string; readonly current_version: string };

/** ISO 8601. */
type Dated = { readonly created_at: string; readonly updated_at: string | null };

export type BiosSettingRecord = BiosSetting & Dated;
export type FirmwareComponentRecord = FirmwareComponent &
  Dated & { readonly initial_version: string; readonly last_version_flashed: string | null };

/** One row a node. */
export type FirmwareReportRecord = {
  readonly node_uuid: string;
  readonly bios: readonly BiosSettingRecord[];
  readonly components: readonly FirmwareComponentRecord[];
};
