/** Calls of agents and of deployed systems: how many were answered, refused, and never got their answer. */
import type { RequestListener } from 'node:http';
import type { BootCount } from '../../boot/counts.ts';
import type { Counters } from '../../net/counters.ts';

export function countCalls(
  handler: RequestListener,
  counters: Pick<Counters<BootCount>, 'count'>,
): RequestListener {
  return (request, response) => {
    response.once('close', () => {
      if (!response.writableFinished) counters.count('broken_off');
      else counters.count(response.statusCode < 400 ? 'calls' : 'calls_refused');
    });
    return handler(request, response);
  };
}
