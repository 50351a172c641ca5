/**
 * The one place where it is decided what a machine boots. DHCP, TFTP, the iPXE script and HTTP boot all
 * render the decision made here, so they cannot disagree. Pure: facts in, decision out.
 */
import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';

/** Which dialect the client speaks; derived from DHCP options 60, 77, 93 and 175 in `boot/client.ts`. */
export type BootClient =
  | { readonly kind: 'not-booting' }
  | { readonly kind: 'firmware'; readonly firmware: Firmware; readonly transport: 'tftp' | 'http' }
  | { readonly kind: 'ipxe'; readonly firmware: Firmware; readonly http: boolean };

/** What runs the boot program. `unknown` is an architecture code that we have no program for. */
export type Firmware = 'bios' | 'efi-ia32' | 'efi-x64' | 'efi-arm64' | 'unknown';

/** What ingot knows of the machine behind a MAC: one row of the boot table. */
export type BootEntry = {
  readonly mac: Mac;
  readonly nodeUuid: string;
  readonly nodeName: string;
  readonly intent: 'ramdisk' | 'disk';
  /** The address that this MAC always gets, or null for one from the range. */
  readonly reservedAddress: Ipv4 | null;
  readonly hostname: string | null;
};

/** How the boot files of one network are reached. */
export type BootSite = {
  /** Our address on that network: TFTP server, HTTP server, DHCP server identifier. */
  readonly serverAddress: Ipv4;
  readonly httpPort: number;
};

export type BootDecision =
  /** Load iPXE (or later shim): `file` is a name in the TFTP manifest and under `/boot/` over HTTP. */
  | { readonly action: 'first-stage'; readonly file: string; readonly transport: 'tftp' | 'http' }
  /** iPXE fetches its script from `url`. */
  | { readonly action: 'script'; readonly url: string }
  /** An address and nothing to boot. */
  | { readonly action: 'none'; readonly reason: string };
