/** The event of a resource that was made, changed or deleted. */
import type { JsonObject } from '../../json.ts';
import type { Queries } from '../../store/store.ts';

const WORDS = { created: 'added', updated: 'changed', deleted: 'removed' } as const;
export type Done = keyof typeof WORDS;

/** In sentences, and in the kinds of events. */
const SUBJECTS = {
  chassis: 'chassis',
  'inspection rule': 'inspection_rule',
  port: 'port',
  portgroup: 'portgroup',
  'volume connector': 'volume_connector',
  'volume target': 'volume_target',
} as const;
export type Noun = keyof typeof SUBJECTS;

type Change = {
  readonly noun: Noun;
  readonly done: Done;
  /** What the sentence calls the one. */
  readonly title: string;
  /** The node that it hangs on; null: none. */
  readonly node_uuid: string | null;
  readonly data: JsonObject;
};

export async function tellChange(
  queries: Pick<Queries, 'events'>,
  { noun, done, title, node_uuid, data }: Change,
): Promise<void> {
  await queries.events.append({
    node_uuid,
    kind: `${SUBJECTS[noun]}.${done}`,
    message: `The ${noun} ${title} was ${WORDS[done]}`,
    data,
  });
}
