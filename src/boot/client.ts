/** Who is booting and how, from the options of its DHCP message. Pure. */
import type { Mac } from '../net/mac.ts';
import { ARCHITECTURES, type Architecture, RASPBERRY_PI_PREFIXES } from './architectures.ts';
import type { BootClient } from './decision.ts';

/** The options that matter, as they came; null or empty when absent. */
export type BootOptions = {
  /** Option 60, such as `PXEClient:Arch:00007:UNDI:003016`. */
  readonly vendorClass: string | null;
  /** Option 77: RFC 3004 lists, or plain text as iPXE sends it. */
  readonly userClass: Uint8Array | null;
  /** Option 93: one or more architecture codes. */
  readonly archs: readonly number[];
  /** Option 175: iPXE's encapsulated options. */
  readonly ipxe: Uint8Array | null;
  /** Whose maker tells more than the options of a Raspberry Pi. */
  readonly mac?: Mac;
};

/** iPXE's feature flags among its encapsulated options (ipxe features.h). */
const IPXE_FEATURES = { http: 0x13, https: 0x14 } as const;

/**
 * Tells firmware, iPXE and everything else apart. iPXE shows itself by option 77 or 175 (some derivatives leave
 * out one of them). HTTP boot is decided by the vendor class, never by the code: NVIDIA's BlueField says
 * `HTTPClient` with the PXE code. A missing option 93 is looked for in the vendor class and else is BIOS (RFC 4578
 * came after many ROMs).
 */
export function bootClientOf(options: BootOptions): BootClient {
  const isIpxe = options.ipxe !== null || userClasses(options.userClass).includes('iPXE');
  // Most questions are those of systems that run: of them nothing more is worked out.
  if (!isIpxe && !isFirmware(options)) return { kind: 'not-booting' };
  const architecture = architectureOf(options);
  const isPi = architecture.firmware === 'bios' && isRaspberryPi(options.mac);
  const firmware = isPi ? 'raspberry-pi' : architecture.firmware;
  if (isIpxe)
    return {
      kind: 'ipxe',
      firmware,
      http: hasFeature(options.ipxe, IPXE_FEATURES.http),
      https: hasFeature(options.ipxe, IPXE_FEATURES.https),
    };
  if (options.vendorClass?.startsWith('HTTPClient')) return { kind: 'firmware', firmware, transport: 'http' };
  if (options.vendorClass?.startsWith('PXEClient')) return { kind: 'firmware', firmware, transport: 'tftp' };
  return { kind: 'firmware', firmware, transport: architecture.transport };
}

/** Some ROMs leave out option 60 in the REQUEST; a system's DHCP client never sends option 93. */
function isFirmware({ vendorClass, archs }: BootOptions): boolean {
  return vendorClass === null
    ? archs.length > 0
    : vendorClass.startsWith('HTTPClient') || vendorClass.startsWith('PXEClient');
}

/** Which program asks; null: a system that runs. */
export function bootStageOf(options: BootOptions): 'firmware' | 'ipxe' | null {
  const { kind } = bootClientOf(options);
  return kind === 'not-booting' ? null : kind;
}

function isRaspberryPi(mac: Mac | undefined): boolean {
  return mac !== undefined && RASPBERRY_PI_PREFIXES.some((prefix) => mac.startsWith(prefix));
}

/** The client's architecture for sentences, such as `EFI x64`, or the code where nobody knows it. */
export function architectureName(options: BootOptions): string {
  return architectureOf(options).name;
}

/** RFC 3004 if the lengths add up, else the bytes as one text. */
export function userClasses(option: Uint8Array | null): readonly string[] {
  if (option === null || option.length === 0) return [];
  const bytes = Buffer.from(option);
  const listed: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = bytes[at] ?? 0;
    if (length === 0 || at + 1 + length > bytes.length) return [bytes.toString('latin1')];
    listed.push(bytes.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return listed;
}

function architectureOf(options: BootOptions): Architecture {
  const codes = options.archs.length > 0 ? options.archs : [codeInVendorClass(options.vendorClass)];
  const known = codes.flatMap((code) => ARCHITECTURES.get(code) ?? []);
  const usable = known.find((architecture) => architecture.firmware !== 'unknown');
  return (
    usable ?? known[0] ?? { name: `architecture ${codes.join(', ')}`, firmware: 'unknown', transport: 'tftp' }
  );
}

function codeInVendorClass(vendorClass: string | null): number {
  const code = /:Arch:(\d{1,5})/.exec(vendorClass ?? '')?.[1];
  return code === undefined ? 0 : Number(code);
}

/** Looks for the feature among type-length-value triples; what is cut off counts as absent. */
function hasFeature(encapsulated: Uint8Array | null, feature: number): boolean {
  const bytes = encapsulated ?? new Uint8Array();
  let at = 0;
  while (at < bytes.length) {
    const type = bytes[at] ?? 0;
    if (type === 255) return false;
    if (type === 0) {
      at++;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    if (type === feature) return length > 0 && (bytes[at + 2] ?? 0) !== 0;
    at += 2 + length;
  }
  return false;
}
