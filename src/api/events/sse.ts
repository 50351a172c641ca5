/** Server-sent events as text (WHATWG HTML, section 9.2). Pure. */
import type { EventRecord } from '../../store/records/event.ts';

/** One event; its id is its `seq`, so that a client's `Last-Event-ID` resumes exactly after it. */
export function formatEvent(event: EventRecord): string {
  return `id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Events after `after` are missing: from `complete_from` on none is. It has no id, for it is no place to resume at. */
export function formatGap(gap: { readonly after: number; readonly complete_from: number }): string {
  return `event: gap\ndata: ${JSON.stringify(gap)}\n\n`;
}

/** A comment: keeps the connection alive through proxies and shows a dead one. */
export const HEARTBEAT = ': still here\n\n';

/** The last thing on a stream that the daemon ends: why, and that a reconnect resumes where it was. */
export function formatEnd(reason: string): string {
  return `event: end\ndata: ${JSON.stringify({ reason })}\n\n`;
}
