/**
 * What to put into `If-Match` on a PATCH, rung by rung: firmware disagrees on weak ETags, on quotes, and on
 * whether the header may be there at all. Tried on 412 (and on 400 or 428) until one is taken.
 */
const ETAG_RUNGS = ['as-given', 'strong', 'unquoted', 'any', 'none'] as const;
export type EtagRung = (typeof ETAG_RUNGS)[number];

/** The header's value on that rung, null for no header. A resource without an ETag has only `any` and `none`. */
export function ifMatch(rung: EtagRung, etag: string | null): string | null {
  switch (rung) {
    case 'as-given':
      return etag;
    case 'strong':
      return etag === null ? null : strong(etag);
    case 'unquoted':
      return etag === null ? null : strong(etag).replaceAll('"', '');
    case 'any':
      return '*';
    case 'none':
      return null;
  }
}

/** Without the weak mark and without the suffix that compressing web servers add. */
function strong(etag: string): string {
  return etag.replace(/^W\//, '').replace(/-gzip("?)$/, '$1');
}

/**
 * The headers to try, in order, each different from the one before. `first` is the rung that this BMC took
 * last time.
 */
export function etagLadder(etag: string | null, first: EtagRung | null): readonly EtagRung[] {
  const natural: readonly EtagRung[] = etag === null ? ['none', 'any'] : ETAG_RUNGS;
  const ordered = first !== null && natural.includes(first) ? [first, ...natural] : natural;
  const seen = new Set<string | null>();
  return ordered.filter((rung) => {
    const value = ifMatch(rung, etag);
    if (seen.has(value)) return false;
    seen.add(value);
    return true;
  });
}
