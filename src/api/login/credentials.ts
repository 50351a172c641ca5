/** The `Authorization` header (RFC 9110 section 11, RFC 7617, RFC 6750), and Keystone's `X-Auth-Token`. Pure. */
import type { IncomingHttpHeaders } from 'node:http';

export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly user: string; readonly password: Buffer }
  | { readonly kind: 'token'; readonly token: string }
  /** `problem` in the words of Ironic's own login (ironic/common/auth_basic.py). */
  | { readonly kind: 'unreadable'; readonly problem: string };

/** Characters of the header: tokens have 83, bcrypt reads 72 bytes of a password, and Node passes on 16,000. */
const LONGEST = 4096;

export function credentialsIn(headers: IncomingHttpHeaders): Credentials {
  const keystone = headers['x-auth-token'];
  if (headers.authorization === undefined)
    return typeof keystone === 'string' ? { kind: 'token', token: keystone } : { kind: 'none' };
  const text = headers.authorization.length > LONGEST ? '' : headers.authorization.trim();
  const end = text.search(/\s/);
  if (end < 0) return unreadable('Could not parse Authorization header');
  const [scheme, rest] = [text.slice(0, end), text.slice(end).trim()];
  switch (scheme.toLowerCase()) {
    case 'basic':
      return basic(rest);
    case 'bearer':
      return { kind: 'token', token: rest };
    default:
      return unreadable(`Unsupported authorization type "${scheme.slice(0, 50)}"`);
  }
}

function basic(encoded: string): Credentials {
  const pair = /^[A-Za-z0-9+/]+={0,2}$/.test(encoded) ? Buffer.from(encoded, 'base64') : null;
  const colon = pair?.indexOf(':') ?? -1;
  if (pair === null || colon < 0) return unreadable('Could not decode authorization token');
  return { kind: 'basic', user: pair.toString('utf8', 0, colon), password: pair.subarray(colon + 1) };
}

function unreadable(problem: string): Credentials {
  return { kind: 'unreadable', problem };
}
