/**
 * How EDK2 judges an offer (NetworkPkg/UefiPxeBcDxe/PxeBcDhcp4.c, PxeBcParseDhcp4Packet, and
 * NetworkPkg/HttpBootDxe/HttpBootDhcp4.c), so that tests can say what firmware will make of ours.
 */
import { OPTIONS, readOption } from '../../../src/dhcp/codec/options/table.ts';
import type { DhcpPacket } from '../../../src/dhcp/codec/packet.ts';

export type PxeOffer =
  /** All there: it boots, without asking anybody else. */
  | 'DhcpPxe10'
  | 'ProxyPxe10'
  /** It asks port 4011, four times; nobody there is PXE-E18. */
  | 'DhcpBinl'
  | 'ProxyBinl'
  /** An address; whether it boots hangs on others. */
  | 'DhcpOnly'
  | 'Bootp'
  /** Not taken; when nothing else comes it is PXE-E16. */
  | 'dropped';

const SERVES_PXE10 = [6, 7, 8, 9, 10];

export function pxeOffer({ options, yiaddr, file }: DhcpPacket): PxeOffer {
  const isProxy = yiaddr === null;
  const isPxe = readOption(options, OPTIONS.vendorClass)?.startsWith('PXEClient') === true;
  if (isProxy && !isPxe) return 'dropped';
  if (!options.has(OPTIONS.messageType.code)) return 'Bootp';
  if (!isPxe) return 'DhcpOnly';
  const vendor = subOptions(options.get(OPTIONS.vendorSpecific.code));
  const isPxe10 = vendor.some((code) => SERVES_PXE10.includes(code));
  if (isPxe10) {
    const name = readOption(options, OPTIONS.bootFile) ?? file;
    if (name === '') return 'dropped';
    return isProxy ? 'ProxyPxe10' : 'DhcpPxe10';
  }
  if (vendor.some((code) => code <= 5)) return 'dropped';
  return isProxy ? 'ProxyBinl' : 'DhcpBinl';
}

/** HTTP boot takes an offer only with option 60 "HTTPClient" and a URL. */
export function isHttpOffer({ options, file }: DhcpPacket): boolean {
  const isHttp = readOption(options, OPTIONS.vendorClass)?.startsWith('HTTPClient') === true;
  return isHttp && /^https?:\/\//.test(readOption(options, OPTIONS.bootFile) ?? file);
}

/** EDK2 writes a NUL behind the boot file's name, in place: what stands there is overwritten. */
export function survivesTermination({ options }: DhcpPacket): boolean {
  return options.get(OPTIONS.bootFile.code)?.at(-1) === 0;
}

function subOptions(vendor: Uint8Array | undefined): readonly number[] {
  const codes: number[] = [];
  let at = 0;
  while (vendor !== undefined && at < vendor.length) {
    const code = vendor[at] ?? 255;
    if (code === 255) break;
    codes.push(code);
    at += code === 0 ? 1 : 2 + (vendor[at + 1] ?? 0);
  }
  return codes;
}
