/**
 * A tolerant reader for what BMCs send: fields may be absent, null, of the wrong type or in odd case. Nothing
 * here throws; what cannot be read is null or empty.
 */
import { oneLine } from '../../plain-text.ts';

export type Dict = { readonly [key: string]: unknown };

export function asDict(value: unknown): Dict {
  return isDict(value) ? value : {};
}

export function isDict(value: unknown): value is Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The field of that name as a list of objects; what is none of them is left out. */
export function dictsField(dict: Dict, name: string): readonly Dict[] {
  const list = field(dict, name);
  return Array.isArray(list) ? list.filter(isDict) : [];
}

/** The links of a list of references. */
export function linksField(dict: Dict, name: string): readonly string[] {
  return dictsField(dict, name).flatMap((item) => linkOf(item) ?? []);
}

/** The field of that name; if none, one whose name differs only in case. */
export function field(dict: Dict, name: string): unknown {
  if (Object.hasOwn(dict, name)) return dict[name];
  const wanted = name.toLowerCase();
  const key = Object.keys(dict).find((candidate) => candidate.toLowerCase() === wanted);
  return key === undefined ? undefined : dict[key];
}

export function dictField(dict: Dict, name: string): Dict {
  return asDict(field(dict, name));
}

/** Words that firmware writes where it knows nothing. */
const NOTHING = new Set([
  '',
  'n/a',
  'na',
  'none',
  'null',
  'not available',
  'unknown',
  'to be filled by o.e.m.',
]);

/** A text with something in it, as one plain line; null for absent, empty and firmware's words for "nothing". */
export function textField(dict: Dict, name: string): string | null {
  const value = field(dict, name);
  if (typeof value !== 'string') return null;
  const text = oneLine(value);
  return NOTHING.has(text.toLowerCase()) ? null : text;
}

/** A finite number, also when written as a string (`"55.5"`). */
export function numberField(dict: Dict, name: string): number | null {
  const value = field(dict, name);
  if (typeof value === 'string' && value.trim() === '') return null;
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : null;
}

/** The strings of a list; null when there is no list at all. */
export function stringsField(dict: Dict, name: string): readonly string[] | null {
  const value = field(dict, name);
  if (!Array.isArray(value)) return null;
  return value.filter((item): item is string => typeof item === 'string');
}

/** `{"@odata.id": "/redfish/..."}`; some old services write the path itself. */
export function linkField(dict: Dict, name: string): string | null {
  return linkOf(field(dict, name));
}

function linkOf(value: unknown): string | null {
  if (typeof value === 'string') return value.startsWith('/') ? value : null;
  return textField(asDict(value), '@odata.id');
}

/** Links of a collection's `Members`, which may be null. */
export function memberLinks(collection: Dict): readonly string[] {
  const members = field(collection, 'Members');
  if (!Array.isArray(members)) return [];
  return members.map(linkOf).filter((link): link is string => link !== null);
}

/** Path and query of a link that may be an absolute URL of any host: only our own origin is ever asked. */
export function pathOfLink(link: string): string {
  const url = URL.parse(link, 'http://bmc.invalid');
  // `A:` parses to an empty path, and a path of `//host` would name a host again.
  return url === null ? '/' : `/${url.pathname.replace(/^\/+/, '')}${url.search}`;
}
