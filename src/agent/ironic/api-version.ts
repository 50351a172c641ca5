/** Ironic's microversions, as far as an agent needs them (ironic docs, "REST API version history"). */

/** The minor of 1.N. */
export type Minor = number;

export const HEADER = 'X-OpenStack-Ironic-API-Version';

/** Fields of a heartbeat and the version that brought them; older servers refuse what they do not know. */
export const HEARTBEAT_FIELDS = [
  { field: 'callback_url', since: 22 },
  { field: 'agent_version', since: 36 },
  { field: 'agent_token', since: 62 },
  { field: 'agent_verify_ca', since: 68 },
  { field: 'agent_status', since: 72 },
  { field: 'agent_status_message', since: 72 },
] as const;

/** The newest that we make use of: look-up as in 1.68, heartbeat status as in 1.72. */
export const LOOKUP_MINOR: Minor = 68;
export const HEARTBEAT_MINOR: Minor = 72;

/** `1.N` for the header. */
export function versionText(minor: Minor): string {
  return `1.${minor}`;
}

/** N of `default_version.version` in the answer of `GET /`; null when it is not there. */
export function discoveredMinor(root: { readonly [key: string]: unknown }): Minor | null {
  const version = root.default_version;
  if (typeof version !== 'object' || version === null || !('version' in version)) return null;
  const minor = typeof version.version === 'string' ? /^1\.(\d+)$/.exec(version.version)?.[1] : undefined;
  return minor === undefined ? null : Number(minor);
}
