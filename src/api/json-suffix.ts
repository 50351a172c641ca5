/** `.json` behind a path: Ironic passes over it up to 1.90 (ironic/api/middleware/json_ext.py). Pure. */
import type { IncomingHttpHeaders } from 'node:http';
import { negotiate } from './version.ts';

/** From 1.91 on a `.json` belongs to the name. */
const NAMES_SINCE = 91;
const SUFFIX = /^([^?]*)\.json\/*(?=\?|$)/;

/** The URL without the suffix, at a version that has it; of Ironic's paths (`/v1…`) only. */
export function withoutJsonSuffix(url: string, headers: IncomingHttpHeaders): string {
  if (!/^\/v1[/.]/.test(url)) return url;
  const asked = negotiate(headers);
  return asked.ok && asked.minor < NAMES_SINCE ? url.replace(SUFFIX, '$1') : url;
}

/** Whether that took a suffix away from the URL of this request, which is one of Ironic's. */
export function lostJsonSuffix(request: { readonly originalUrl: string; readonly minor: number }): boolean {
  return request.minor < NAMES_SINCE && SUFFIX.test(request.originalUrl);
}
