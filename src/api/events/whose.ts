/** Which events a caller may follow: those of the site all, a project those of the nodes that it owns. */
import type { EventRecord } from '../../store/records/event.ts';
import type { Store } from '../../store/store.ts';
import { allows } from '../access/policies.ts';
import type { Principal } from '../access/principal.ts';
import { isOver } from '../login/tokens.ts';

/** Nodes remembered of one stream, so that their owner hears of their deletion too. */
const MOST_REMEMBERED = 10_000;

export function eventsOf(
  principal: Principal,
  store: Pick<Store, 'nodes'>,
): (event: EventRecord) => Promise<boolean> {
  if (principal.project === null) return async () => true;
  const theirs = new Set<string>();
  return async ({ node_uuid: uuid }) => {
    if (uuid === null) return false;
    const node = await store.nodes.getReadable(uuid);
    if (node === null) return theirs.has(uuid);
    const isTheirs = allows(principal, 'ingot:events', node);
    if (!isTheirs) theirs.delete(uuid);
    else if (theirs.size < MOST_REMEMBERED) theirs.add(uuid);
    return isTheirs;
  };
}

/** False when the token that a stream was opened by was revoked, or is over at `now`. */
export async function isLetIn(
  { token }: Principal,
  { store, now }: { readonly store: Pick<Store, 'tokens'>; readonly now: number },
): Promise<boolean> {
  if (token === null) return true;
  const record = await store.tokens.get(token);
  return record !== null && !isOver(record, now);
}
