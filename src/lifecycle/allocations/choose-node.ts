/** Which free node an allocation gets, or in Ironic's words why none (ironic/conductor/allocations.py). Pure. */
import type { FreeNode } from '../../store/allocations.ts';
import type { AllocationRecord } from '../../store/records/allocation.ts';

export type Choice =
  | { readonly kind: 'node'; readonly uuid: string }
  /** Jobs hold all that are suitable: worth another look. */
  | { readonly kind: 'busy'; readonly because: string }
  | { readonly kind: 'none'; readonly because: string };

type Wish = Pick<AllocationRecord, 'name' | 'resource_class' | 'candidate_nodes' | 'traits'>;

/**
 * `free` are the available nodes of the resource class, of the candidates where there are any. The first that fits is
 * taken: a node of the allocation's own name, else in the order of the candidates, else the oldest.
 */
export function chooseNode(wish: Wish, free: readonly FreeNode[]): Choice {
  const { candidate_nodes: candidates, traits } = wish;
  const asked = candidates.length === 0 ? free : inOrder(free, candidates);
  if (asked.length === 0) {
    const because =
      candidates.length === 0
        ? `no available nodes match the resource class ${wish.resource_class ?? 'None'}`
        : `none of the requested nodes are available and match the resource class ${wish.resource_class ?? 'None'}`;
    return { kind: 'none', because };
  }
  const suitable = asked.filter((node) => node.suitable);
  if (suitable.length === 0)
    return { kind: 'none', because: `no suitable nodes have the requested traits ${traits.join(', ')}` };
  const unlocked = suitable.filter((node) => !node.locked);
  const chosen = unlocked.find((node) => wish.name !== null && node.name === wish.name) ?? unlocked[0];
  if (chosen !== undefined) return { kind: 'node', uuid: chosen.uuid };
  return { kind: 'busy', because: `could not reserve any of ${suitable.length} suitable nodes` };
}

function inOrder(free: readonly FreeNode[], candidates: readonly string[]): readonly FreeNode[] {
  const byUuid = new Map(free.map((node) => [node.uuid, node]));
  return [...new Set(candidates)].flatMap((uuid) => byUuid.get(uuid) ?? []);
}
