/** How events are chosen, in the stream of all and in a node's timeline. */
import { z } from 'zod';
import { EVENT_KINDS } from '../../store/event-kinds.ts';
import { commaList } from './common.ts';

/** Kinds with commas between them; one that there is none of is a mistake, which would be waited for without end. */
export const eventKinds = commaList.superRefine((kinds, context) => {
  const unknown = kinds.filter((kind) => !EVENT_KINDS.includes(kind));
  if (unknown.length === 0) return;
  const message = `there are no events ${unknown.join(', ')}; there are: ${EVENT_KINDS.join(', ')}`;
  context.addIssue({ code: 'custom', message });
});

export const eventsQuery = z.strictObject({
  after: z.coerce.number().int().min(0).optional(),
  node: z.string().optional(),
  kinds: eventKinds.optional(),
});

export const timelineQuery = z.strictObject({
  after: z.coerce.number().int().min(0).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  kinds: eventKinds.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
  /** `desc` answers the newest ones. */
  order: z.enum(['asc', 'desc']).default('asc'),
});
