/**
 * What differs between vendors, as data. Most differences are found by probing (allowable values, the presence
 * of an action or a settings object, the MessageId of a refusal); a row here is the last resort. Evidence is in
 * the clients that met the quirk in the field.
 */
import { asDict, type Dict, dictField, textField } from './decode.ts';

/** MessageIds (last dotted part) that say "not now": the request had no effect and may be sent again later. */
export const BUSY_MESSAGES: ReadonlyMap<string, string> = new Map([
  ['ServiceTemporarilyUnavailable', 'DMTF Base registry'],
  ['ResourceInUse', 'DMTF Base registry'],
  ['ResourceExhaustion', 'DMTF Base registry'],
  ['ServiceShuttingDown', 'DMTF Base registry'],
  ['SYS518', 'Dell: the iDRAC is not ready after its restart (sushy connector)'],
  [
    'UnableToModifyDuringSystemPOST',
    'HPE: the host is in its power-on self test (ironic redfish-post-boot-retry)',
  ],
  ['InvalidOperationForSystemState', 'HPE: the iLO or the host is between states (sushy connector)'],
  ['ResourceNotReadyRetry', 'HPE: iLO not ready (sushy retry-ilo-not-ready-error)'],
]);

/** MessageIds with which a login is refused because all session slots are taken. */
export const SESSION_LIMIT_MESSAGES: ReadonlyMap<string, string> = new Map([
  ['SessionLimitExceeded', 'DMTF Base registry'],
  ['CreateLimitReachedForResource', 'DMTF Base registry'],
  ['RAC0218', 'Dell: at most 8 sessions'],
]);

/** MessageIds of a refusal that a licence would lift. */
export const LICENCE_MESSAGES: ReadonlyMap<string, string> = new Map([
  ['OemLicenseNotPassed', 'Supermicro: SFT-OOB-LIC or SFT-DCMS-SINGLE'],
]);

/** The refusal that means success. */
export const NO_OPERATION = 'NoOperation';

/** How the client behaves towards one BMC. */
export type Habits = {
  /** Send the boot mode with each boot override even when nobody asked for one: else it falls back to legacy. */
  readonly alwaysSendBootMode: boolean;
  /** Boot overrides go to the settings object first. */
  readonly bootSettingsFirst: boolean;
  /** Read-backs of a boot target that mean the same: wanted → also accepted. */
  readonly bootAliases: { readonly [target: string]: readonly string[] };
  /** Milliseconds to leave between a forced off and an on. */
  readonly settleAfterOffMs: number;
  /** The field of ComputerSystem that holds the serial number on the chassis' label. */
  readonly serialField: 'SerialNumber' | 'SKU';
};

const STANDARD: Habits = {
  alwaysSendBootMode: false,
  bootSettingsFirst: false,
  bootAliases: {},
  settleAfterOffMs: 0,
  serialField: 'SerialNumber',
};

export type Quirk = {
  readonly name: string;
  readonly vendor: RegExp;
  readonly habits: Partial<Habits>;
  readonly evidence: string;
};

const QUIRKS: readonly Quirk[] = [
  {
    name: 'the service tag is the SKU, the serial number is the board’s',
    vendor: /^dell/,
    habits: { serialField: 'SKU' },
    evidence: 'ironic drac/inspect.py',
  },
  {
    name: 'a one-time UEFI PXE boot reads back as UefiTarget',
    vendor: /^dell/,
    habits: { bootAliases: { Pxe: ['UefiTarget'], Hdd: ['UefiTarget'] } },
    evidence: 'iDRAC9: UefiTarget cannot be enabled for one boot, yet is what Pxe becomes',
  },
  {
    name: 'a boot override without its mode means legacy',
    vendor: /^(supermicro|ami|american megatrends|asrockrack|gigabyte|giga computing)/,
    habits: { alwaysSendBootMode: true },
    evidence: 'ironic redfish/management.py (story 2008547)',
  },
  {
    name: 'on right after off hangs the power-on self test',
    vendor: /^supermicro/,
    habits: { settleAfterOffMs: 15_000 },
    evidence: 'field reports on X11 and X12 boards',
  },
  {
    name: 'boot overrides are taken at /SD only',
    vendor: /^(ami|american megatrends|gigabyte|giga computing)/,
    habits: { bootSettingsFirst: true },
    evidence: 'DMTF Redfish-Tacklebox 111 and 144 (OperationSupportedInFutureStateURI)',
  },
];

/**
 * Who made the BMC, in lower case: ServiceRoot.Vendor, else the first key of ServiceRoot.Oem, else the
 * manufacturer of the system; empty when nothing tells.
 */
function vendorOf(root: Dict, system: Dict): string {
  const oem = Object.keys(dictField(root, 'Oem')).find((key) => !key.startsWith('@'));
  const vendor = textField(root, 'Vendor') ?? oem ?? textField(system, 'Manufacturer') ?? '';
  return (OEM_KEYS[vendor.toLowerCase()] ?? vendor).toLowerCase();
}

/** Oem keys that are not the vendor's own name. */
const OEM_KEYS: { readonly [key: string]: string } = { hp: 'hpe', ts_fujitsu: 'fujitsu' };

function habitsOf(vendor: string): Habits {
  const rows = QUIRKS.filter((quirk) => quirk.vendor.test(vendor)).map((quirk) => quirk.habits);
  return Object.assign({}, STANDARD, ...rows);
}

/** The same from two raw resources. */
export function habitsFrom(root: unknown, system: unknown): Habits {
  return habitsOf(vendorOf(asDict(root), asDict(system)));
}
