import type { Clock } from '../clock.ts';
import { asIngotError } from '../errors.ts';

const RETRY_MS = 5_000;

/** Something that was started and can be stopped. */
export type Service = { stop(): Promise<void> };

type Options = {
  readonly clock: Clock;
  /** Told each new reason once. */
  readonly onProblem: (sentence: string) => void;
  readonly onStarted: () => void;
};

/**
 * Starts a service and, when that fails (an interface that is not up yet), tries again every five seconds until
 * it starts or is stopped.
 */
export function keepTrying(start: () => Promise<Service>, { clock, onProblem, onStarted }: Options): Service {
  const stopping = new AbortController();
  let told = '';
  const started = (async (): Promise<Service | null> => {
    while (!stopping.signal.aborted) {
      try {
        const service = await start();
        onStarted();
        return service;
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
