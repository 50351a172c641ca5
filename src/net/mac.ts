/** A 48-bit MAC address in canonical form: lower-case hex, colons (`52:54:00:ab:cd:ef`). */
export type Mac = string & { readonly __brand: 'Mac' };

const MAC_FORMS =
  /^([0-9a-f]{2})[:-]?([0-9a-f]{2})[:-]?([0-9a-f]{2})[:-]?([0-9a-f]{2})[:-]?([0-9a-f]{2})[:-]?([0-9a-f]{2})$/i;

const CANONICAL = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/;

/** Reads colons, hyphens or no separator in either case; null for anything else. */
export function parseMac(text: string): Mac | null {
  // As ingot writes it itself, a hundred thousand times in a file of leases.
  if (CANONICAL.test(text)) return text as Mac;
  const match = MAC_FORMS.exec(text.trim());
  return match === null ? null : (match.slice(1).join(':').toLowerCase() as Mac);
}

const NOBODYS = '00:00:00:00:00:00';

/** A group address (IEEE 802: the lowest bit of the first byte is set): broadcast, or multicast. */
export function isGroupMac(mac: Mac): boolean {
  return Number.parseInt(mac.slice(0, 2), 16) % 2 === 1;
}

/** Whether a NIC may have that address. */
export function isNicMac(mac: Mac): boolean {
  return mac !== NOBODYS && !isGroupMac(mac);
}

/** The six bytes at `offset` as a MAC. The caller has checked that they are there. */
export function macFromBytes(bytes: Uint8Array, offset = 0): Mac {
  let text = '';
  for (let i = 0; i < 6; i++) {
    const byte = bytes[offset + i] ?? 0;
    text += (i === 0 ? '' : ':') + (byte < 16 ? '0' : '') + byte.toString(16);
  }
  return text as Mac;
}

export function macToBytes(mac: Mac): Uint8Array {
  return Uint8Array.from(mac.split(':'), (pair) => Number.parseInt(pair, 16));
}

/** `52-54-00-ab-cd-ef`, as iPXE's `${mac:hexhyp}` and PXELINUX file names have it. */
export function macWithHyphens(mac: Mac): string {
  return mac.replaceAll(':', '-');
}
