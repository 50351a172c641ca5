/** Conditional requests and ranges (RFC 9110 sections 13 and 14) for one file, decided without touching it. Pure. */

export type FileFacts = {
  readonly size: number;
  /** Strong entity tag, quotes included. */
  readonly etag: string;
  readonly modified: Date;
};

/** The request headers that matter; Node gives them in lower case. */
export type ConditionHeaders = {
  readonly range?: string | undefined;
  readonly 'if-range'?: string | undefined;
  readonly 'if-match'?: string | undefined;
  readonly 'if-none-match'?: string | undefined;
  readonly 'if-modified-since'?: string | undefined;
  readonly 'if-unmodified-since'?: string | undefined;
};

export type FileAnswer =
  | { readonly status: 200 }
  /** Bytes `from` up to and without `to`. */
  | { readonly status: 206; readonly from: number; readonly to: number }
  | { readonly status: 304 | 412 | 416 };

/**
 * The order is that of RFC 9110 section 13.2.2. Several ranges at once are answered with the whole file (14.2), and a
 * range counts for GET alone.
 */
export function answerFor(method: 'GET' | 'HEAD', headers: ConditionHeaders, file: FileFacts): FileAnswer {
  const ifMatch = headers['if-match'];
  if (
    ifMatch !== undefined ? !listsTag(ifMatch, file.etag) : changedSince(headers['if-unmodified-since'], file)
  )
    return { status: 412 };
  const ifNoneMatch = headers['if-none-match'];
  if (
    ifNoneMatch !== undefined
      ? listsTag(ifNoneMatch, file.etag)
      : notChangedSince(headers['if-modified-since'], file)
  )
    return { status: 304 };
  const { range } = headers;
  const ifRange = headers['if-range'];
  if (method !== 'GET' || range === undefined || (ifRange !== undefined && !stillThat(ifRange, file)))
    return { status: 200 };
  return answerRange(range, file.size);
}

function answerRange(range: string, size: number): FileAnswer {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range.trim());
  const [, first = '', last = ''] = match ?? [];
  if (match === null || (first === '' && last === '')) return { status: 200 };
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? { status: 416 } : { status: 206, from: size - length, to: size };
  }
  const from = Number(first);
  const to = last === '' ? size : Math.min(Number(last) + 1, size);
  // A range that ends before it starts is no range at all, and so is ignored.
  if (last !== '' && Number(last) < from) return { status: 200 };
  return from >= size ? { status: 416 } : { status: 206, from, to };
}

/** Our tags are strong, so `W/` before the client's copy makes no difference to a 304 and never occurs else. */
function listsTag(header: string, etag: string): boolean {
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

function stillThat(ifRange: string, file: FileFacts): boolean {
  return ifRange.startsWith('"') ? ifRange === file.etag : seconds(file.modified) === parseSeconds(ifRange);
}

const changedSince = (date: string | undefined, file: FileFacts): boolean =>
  seconds(file.modified) > (parseSeconds(date) ?? Number.POSITIVE_INFINITY);

const notChangedSince = (date: string | undefined, file: FileFacts): boolean =>
  seconds(file.modified) <= (parseSeconds(date) ?? Number.NEGATIVE_INFINITY);

/** HTTP dates have whole seconds. */
const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

function parseSeconds(date: string | undefined): number | null {
  const ms = date === undefined || date.length > 40 ? Number.NaN : Date.parse(date);
  return Number.isNaN(ms) ? null : Math.floor(ms / 1000);
}
