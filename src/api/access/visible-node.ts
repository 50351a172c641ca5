/** Nodes that their callers may know of: to a project the others' are not there. */
import { nodeNotFound } from '../../store/nodes.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { Queries } from '../../store/store.ts';
import { findNode } from '../ironic/idents.ts';
import { allows } from './policies.ts';
import type { Principal } from './principal.ts';

/** The node, if the caller may know that it is there; else throws what is answered for one that is not. */
export async function visibleNode(
  principal: Principal,
  queries: Pick<Queries, 'nodes'>,
  ident: string,
): Promise<NodeRecord> {
  const node = await findNode(queries, ident);
  if (allows(principal, 'node:get', node)) return node;
  throw nodeNotFound(ident);
}

/** By uuid or name; null where there is none, and for a caller who may not know that it is there. */
export async function nodeInSight(
  principal: Principal,
  queries: Pick<Queries, 'nodes'>,
  ident: string,
): Promise<NodeRecord | null> {
  const node = await queries.nodes.find(ident);
  return node !== null && allows(principal, 'node:get', node) ? node : null;
}
