/** What a route asks of its caller; the guard enforces it, the OpenAPI document tells it. */
import type { Policy } from './policies.ts';

export type NodePart = 'port' | 'portgroup' | 'connector' | 'target';

export type RouteAccess =
  /** Nobody is asked who they are. */
  | { readonly on: 'nobody' }
  /** What belongs to the site. */
  | { readonly on: 'site'; readonly policy: Policy }
  /** The route shows those that are the caller's. */
  | { readonly on: 'list'; readonly policy: Policy }
  /** The node that the path names (`:ident`), by every policy that the body calls for. */
  | { readonly on: 'node'; readonly policies: (body: unknown) => readonly Policy[] }
  /** The node of the port, or of what else hangs on one, that the path names. */
  | { readonly on: NodePart; readonly policy: Policy }
  /** The allocation that the path names: it has an owner of its own, whosever its node is. */
  | { readonly on: 'allocation'; readonly policy: Policy }
  /** The node that the body names by `node_uuid`. */
  | { readonly on: 'named node'; readonly policy: Policy };

export const nobody: RouteAccess = { on: 'nobody' };
export const onSite = (policy: Policy): RouteAccess => ({ on: 'site', policy });
export const onList = (policy: Policy): RouteAccess => ({ on: 'list', policy });
export const onNode = (...policies: readonly Policy[]): RouteAccess => ({
  on: 'node',
  policies: () => policies,
});
export const onPort = (policy: Policy): RouteAccess => ({ on: 'port', policy });
export const onPortgroup = (policy: Policy): RouteAccess => ({ on: 'portgroup', policy });
export const onVolume = (on: 'connector' | 'target', policy: Policy): RouteAccess => ({ on, policy });
export const onAllocation = (policy: Policy): RouteAccess => ({ on: 'allocation', policy });
export const onNamedNode = (policy: Policy): RouteAccess => ({ on: 'named node', policy });
