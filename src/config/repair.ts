/** A configuration without its mistakes of form, so that mistakes of meaning are told in the same run. Pure. */
import type { z } from 'zod';
import { type Config, configSchema, type NetworkConfig } from './schema.ts';
import { isBehindRelays } from './server-address.ts';

type Issue = z.core.$ZodIssue;

export type Repaired = {
  /** What is wrong left out, which its defaults stand for; null when that makes no configuration either. */
  readonly config: Config | null;
  /** For each of its networks the place in the file's list. */
  readonly places: readonly number[];
};

/** Keys that say how a network is served: without them everything that is said of it may be untrue. */
const SERVICE_KEYS: ReadonlySet<PropertyKey> = new Set([
  'interface',
  'address',
  'server_address',
  'dhcp',
  'wire',
]);

/** `value` as YAML gave it; `issues` are the schema's. */
export function repaired(value: unknown, issues: readonly Issue[]): Repaired {
  const parts = issues.flatMap(wrongParts);
  const first = configSchema.safeParse(without(value, parts));
  // What has no default was left out with its mistake, such as the cidr of a network.
  const more = first.success ? [] : first.error.issues;
  const unfit = new Set([...issues.filter(isOfService), ...more].flatMap(networkOf));
  const whole = [...unfit].map((place) => ['networks', place]);
  const { data: config } = configSchema.safeParse(without(value, [...parts, ...whole]));
  if (config === undefined) return { config: null, places: [] };
  const kept = Array.from({ length: config.networks.length + unfit.size }, (_, place) => place);
  const places = kept.filter((place) => !unfit.has(place));
  if (unfit.size === 0) return { config, places };
  // Behind relays our address may be that of a network that was left out.
  const isSure = (network: NetworkConfig): boolean =>
    !isBehindRelays(network) || network.server_address !== undefined;
  return {
    config: { ...config, networks: config.networks.filter(isSure) },
    places: places.filter((_, index) => config.networks.slice(index, index + 1).every(isSure)),
  };
}

/** The paths of what an issue is about. */
function wrongParts(issue: Issue): readonly (readonly PropertyKey[])[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...path, key]);
  // Half a range is none.
  return [path[2] === 'ranges' ? path.slice(0, 4) : path];
}

function isOfService(issue: Issue): boolean {
  return issue.path[0] === 'networks' && SERVICE_KEYS.has(issue.path[2] ?? '');
}

function networkOf({ path }: Issue): readonly number[] {
  return path[0] === 'networks' && typeof path[1] === 'number' ? [path[1]] : [];
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

/** A copy without what is at these paths; entries of lists go last, and from the end, for they move the others. */
function without(value: unknown, paths: readonly (readonly PropertyKey[])[]): unknown {
  const copy: unknown = structuredClone(value);
  const entries = new Map<unknown[], Set<number>>();
  for (const path of paths) {
    const holder = at(copy, path.slice(0, -1));
    const key = path.at(-1);
    if (typeof holder !== 'object' || holder === null || key === undefined) continue;
    if (!Array.isArray(holder)) Reflect.deleteProperty(holder, key);
    else if (typeof key === 'number')
      entries.set(holder, (entries.get(holder) ?? new Set<number>()).add(key));
  }
  for (const [list, places] of entries)
    for (const place of [...places].toSorted((a, b) => b - a)) list.splice(place, 1);
  return copy;
}
