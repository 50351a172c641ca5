/**
 * The UUID of a mainboard as 32 hex digits, and in both byte orders: firmware does not agree on how to send the first
 * three fields (SMBIOS 2.6 made them little-endian, RFC 4122 and so RFC 4578 has them big-endian). Pure.
 */

/** 32 hex digits as 8-4-4-4-12; null for anything else. */
export function uuidText(hex: string | null): string | null {
  const groups = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(hex ?? '');
  return groups === null ? null : groups.slice(1).join('-');
}

/** The digits of a UUID as text, in lower case, whoever wrote it. */
export function uuidHex(text: string): string {
  return text.replaceAll('-', '').toLowerCase();
}

/** 32 hex digits with the first three fields in the other byte order. */
export function swapped(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  const part = (from: number, to: number): string => bytes.slice(from, to).toReversed().join('');
  return part(0, 4) + part(4, 6) + part(6, 8) + bytes.slice(8).join('');
}
