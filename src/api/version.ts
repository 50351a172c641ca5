/** Ironic's microversions: what we offer and what a request asks for. Pure. */
import type { IncomingHttpHeaders } from 'node:http';

/** Microversions 1.MIN to 1.MAX are spoken. */
export const MIN_MINOR = 1;
export const MAX_MINOR = 96;

export const MIN_VERSION = `1.${MIN_MINOR}`;
export const MAX_VERSION = `1.${MAX_MINOR}`;

export type Negotiation =
  | { readonly ok: true; readonly minor: number }
  /** `description` is Ironic's own sentence for the 406 answer. */
  | { readonly ok: false; readonly description: string };

/**
 * Reads `X-OpenStack-Ironic-API-Version` (`1.N` or `latest`), else `OpenStack-API-Version: baremetal 1.N`;
 * a request without either speaks 1.1.
 */
export function negotiate(headers: IncomingHttpHeaders): Negotiation {
  const asked = single(headers['x-openstack-ironic-api-version']) ?? fromServiceHeader(headers);
  if (asked === null) return { ok: true, minor: MIN_MINOR };
  if (asked.toLowerCase() === 'latest') return { ok: true, minor: MAX_MINOR };
  const match = /^(\d{1,5})\.(\d{1,5})$/.exec(asked);
  if (match === null)
    return { ok: false, description: 'Invalid value for X-OpenStack-Ironic-API-Version header' };
  const [, major = '', minor = ''] = match;
  if (major === '1' && Number(minor) >= MIN_MINOR && Number(minor) <= MAX_MINOR)
    return { ok: true, minor: Number(minor) };
  const problem =
    major === '1'
      ? `Version ${asked} was requested but the minor version is not supported by this service.`
      : `Mutually exclusive versions requested. Version ${asked} requested but not supported by this service.`;
  return {
    ok: false,
    description: `${problem} The supported version range is: [${MIN_VERSION}, ${MAX_VERSION}].`,
  };
}

/** Whether a request says which version it speaks. */
export function namesVersion(headers: IncomingHttpHeaders): boolean {
  return headers['x-openstack-ironic-api-version'] !== undefined || fromServiceHeader(headers) !== null;
}

/** `OpenStack-API-Version` may name several services: `compute 2.1, baremetal 1.58`. */
function fromServiceHeader(headers: IncomingHttpHeaders): string | null {
  const value = single(headers['openstack-api-version']);
  if (value === null) return null;
  for (const part of value.split(',')) {
    const [service, version] = part.trim().split(/\s+/);
    if (service?.toLowerCase() === 'baremetal' && version !== undefined) return version;
  }
  return null;
}

function single(value: string | readonly string[] | undefined): string | null {
  if (value === undefined) return null;
  return (typeof value === 'string' ? value : value.join(',')).trim();
}
