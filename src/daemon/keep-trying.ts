import type { Clock } from '../clock.ts';
import { asIngotError } from '../errors.ts';

const RETRY_MS = 5_000;

type Service = { stop(): Promise<void> };

/**
 * Starts a service and, when that fails (an interface that is not up yet), tries again every five seconds until
 * it starts or is stopped. Each new reason is told once.
 */
export function keepTrying(
  start: () => Promise<Service | null>,
  { clock, onProblem }: { readonly clock: Clock; readonly onProblem: (sentence: string) => void },
): Service {
  const stopping = new AbortController();
  let told = '';
  const started = (async (): Promise<Service | null> => {
    while (!stopping.signal.aborted) {
      try {
        return await start();
      } catch (thrown) {
        const { message, hint } = asIngotError(thrown, 'starting a server');
        if (message !== told) onProblem(`${message}. ${hint}`);
        told = message;
      }
      await clock.sleep(RETRY_MS, stopping.signal).catch(() => undefined);
    }
    return null;
  })();
  return {
    stop: async () => {
      stopping.abort(new Error('stopping'));
      await (await started)?.stop();
    },
  };
}
