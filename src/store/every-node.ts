import type { NodeRecord } from './records/node.ts';
import type { Queries } from './store.ts';

/** Nodes read at once: other work goes between two pages. */
const PAGE = 200;

/** All nodes that can be read, page by page, by age. */
export async function* everyNode({ nodes }: Pick<Queries, 'nodes'>): AsyncGenerator<NodeRecord> {
  for (let marker: string | undefined, isLast = false; !isLast; ) {
    const page = await nodes.list({ limit: PAGE, ...(marker === undefined ? {} : { marker }) });
    yield* page;
    marker = page.at(-1)?.uuid;
    isLast = page.length < PAGE;
  }
}
