/** Times as Ironic writes them: RFC 3339 with a numeric offset (`2026-11-22T05:35:26.954+00:00`). */
export function ironicTime(iso: string): string;
export function ironicTime(iso: string | null): string | null;
export function ironicTime(iso: string | null): string | null {
  return iso === null ? null : iso.replace(/Z$/, '+00:00');
}
