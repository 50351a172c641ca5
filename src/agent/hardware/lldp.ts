/** What switches say of themselves (LLDP, IEEE 802.1AB), out of tcpdump's capture files. Pure over bytes. */

/** Type and value in hex, as the inventory has them. */
export type LldpTlv = readonly [type: number, hex: string];

const PCAP_HEADER = 24;
const RECORD_HEADER = 16;
/** pcap magic numbers of little-endian machines: times in micro- and nanoseconds. */
const MAGICS: ReadonlySet<number> = new Set([0xa1b2c3d4, 0xa1b23c4d]);
const LLDP_ETHERTYPE = 0x88cc;
const VLAN_ETHERTYPE = 0x8100;
const ETHERTYPE_AT = 12;
const MOST_TLVS = 200;

/** The TLVs of the first LLDP frame in a capture; null when there is none. */
export function lldpOfCapture(pcap: Buffer): readonly LldpTlv[] | null {
  if (pcap.length < PCAP_HEADER || !MAGICS.has(pcap.readUInt32LE(0))) return null;
  for (let at = PCAP_HEADER; at + RECORD_HEADER <= pcap.length; ) {
    const length = pcap.readUInt32LE(at + 8);
    const payload = lldpPayload(pcap.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length));
    if (payload !== null) return parseTlvs(payload);
    at += RECORD_HEADER + length;
  }
  return null;
}

function lldpPayload(frame: Buffer): Buffer | null {
  if (frame.length < ETHERTYPE_AT + 6) return null;
  const typeAt = frame.readUInt16BE(ETHERTYPE_AT) === VLAN_ETHERTYPE ? ETHERTYPE_AT + 4 : ETHERTYPE_AT;
  return frame.readUInt16BE(typeAt) === LLDP_ETHERTYPE ? frame.subarray(typeAt + 2) : null;
}

/** TLVs up to the end mark (type 0) or the end of the bytes; a cut one is left out. */
export function parseTlvs(payload: Buffer): readonly LldpTlv[] {
  const tlvs: LldpTlv[] = [];
  for (let at = 0; at + 2 <= payload.length && tlvs.length < MOST_TLVS; ) {
    // 7 bits of type, 9 bits of length.
    const head = payload.readUInt16BE(at);
    const length = head & 0x1ff;
    if (head >> 9 === 0 || at + 2 + length > payload.length) break;
    tlvs.push([head >> 9, payload.toString('hex', at + 2, at + 2 + length)]);
    at += 2 + length;
  }
  return tlvs;
}
