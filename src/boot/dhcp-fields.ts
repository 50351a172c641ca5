/**
 * The boot decision in the dialect of DHCP: siaddr, the header's `file`, and options 43, 60, 66, 67 and 175. Pure.
 * OFFER and ACK both get the whole set: EDK2 fails when the ACK lacks what the OFFER had.
 */
import { type Ipv4, ipv4ToNumber } from '../net/ipv4.ts';
import type { BootClient, BootDecision, BootSite } from './decision.ts';
import { bootFileUrl } from './decision.ts';

/** The same shape as the DHCP server's `DhcpBootFields`; this room may not import that one. */
export type RenderedBootFields = {
  readonly siaddr: Ipv4;
  readonly file: string;
  readonly options: readonly { readonly code: number; readonly value: Uint8Array }[];
};

/** PXE discovery control (option 43.6), bit 3: use the boot file named here, ask no boot server on port 4011. */
const NO_DISCOVERY = Buffer.from([6, 1, 0b1000, 255]);
/** iPXE's no-pxedhcp (175.176): saves the two seconds that iPXE waits for a proxy's offer. */
const NO_PXE_DHCP = Buffer.from([0xb0, 1, 1]);

/** A boot menu of one entry: discovery control, menu (type 0, length, text), prompt. */
function menuOf(entry: string): Uint8Array {
  return Buffer.concat([
    NO_DISCOVERY.subarray(0, 3),
    Buffer.from([9, 3 + entry.length, 0, 0, entry.length]),
    Buffer.from(entry, 'latin1'),
    Buffer.from([10, 4, 0]),
    Buffer.from('PXE'),
    Buffer.from([255]),
  ]);
}

/**
 * What the decision adds to the answer; null when there is nothing to boot. Without option 43, option 60 "PXEClient"
 * would turn the offer into one of a boot server (EDK2 PxeBcDhcp4.c, PXE-E18), so they go together.
 */
export function renderDhcpBootFields(rendering: {
  readonly decision: BootDecision;
  readonly client: BootClient;
  readonly site: BootSite;
  /** The answer is a proxy's, beside the server that gives the address. */
  readonly asProxy?: boolean;
}): RenderedBootFields | null {
  const { client, decision, site } = rendering;
  // iPXE takes nothing from a proxy that does not say so (ipxe dhcp.c, dhcp_discovery_rx).
  const proxy = rendering.asProxy === true ? [text(60, 'PXEClient')] : [];
  const siaddr = site.serverAddress;
  switch (decision.action) {
    case 'none':
      return null;
    case 'own-files':
      return {
        siaddr,
        file: '',
        options: [{ code: 43, value: menuOf(decision.entry) }, text(60, 'PXEClient'), terminated(66, siaddr)],
      };
    case 'script':
      return {
        siaddr,
        file: decision.url,
        options: [bootFile(decision.url), IPXE_OPTIONS, ...logServer(site), ...proxy],
      };
    case 'first-stage': {
      if (decision.transport === 'http') {
        const url = bootFileUrl(site, decision.file);
        return { siaddr, file: url, options: [text(60, 'HTTPClient'), bootFile(url)] };
      }
      const served = [terminated(66, site.serverAddress), bootFile(decision.file)];
      // iPXE asks no boot server when told so by 175, and needs no PXE options for a plain file.
      return client.kind === 'ipxe'
        ? { siaddr, file: decision.file, options: [...served, IPXE_OPTIONS, ...proxy] }
        : {
            siaddr,
            file: decision.file,
            options: [{ code: 43, value: NO_DISCOVERY }, text(60, 'PXEClient'), ...served],
          };
    }
  }
}

/** Option 7: iPXE sends its console there, where it was built to. */
function logServer({ serverAddress, syslog }: BootSite): readonly DhcpOption[] {
  if (!syslog) return [];
  const value = Buffer.alloc(4);
  value.writeUInt32BE(ipv4ToNumber(serverAddress));
  return [{ code: 7, value }];
}

type DhcpOption = { readonly code: number; readonly value: Uint8Array };

const IPXE_OPTIONS: DhcpOption = { code: 175, value: NO_PXE_DHCP };

const text = (code: number, value: string): DhcpOption => ({ code, value: Buffer.from(value, 'latin1') });

/** EDK2 writes a NUL behind options 66 and 67 in place, over the next option's code, unless there is one. */
const terminated = (code: number, value: string): DhcpOption => text(code, `${value}\0`);

const bootFile = (nameOrUrl: string): DhcpOption => terminated(67, nameOrUrl);
