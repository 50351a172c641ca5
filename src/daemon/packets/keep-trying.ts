import type { Clock } from '../../clock.ts';
import { asIngotError, type IngotError } from '../../errors.ts';

const RETRY_MS = 5_000;

/** Something that was started and can be stopped. */
export type Service = { stop(): Promise<void> };

/** Starts a service; it calls `lost` when it serves no longer and has to be started anew. */
export type Start = (lost: (why: IngotError) => void) => Promise<Service>;

type Options = {
  readonly clock: Clock;
  /** Told each new reason once. */
  readonly onProblem: (sentence: string) => void;
  readonly onStarted: () => void;
};

/**
 * Starts a service and, when that fails (an interface that is not up yet), tries again every five seconds until
 * it starts or is stopped. One that is lost later is stopped and started anew in the same way.
 */
export function keepTrying(start: Start, { clock, onProblem, onStarted }: Options): Service {
  const stopping = new AbortController();
  const stopped = new Promise<null>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  let told = '';
  const tell = ({ message, hint }: IngotError): void => {
    if (message !== told) onProblem(`${message}. ${hint}`);
    told = message;
  };

  const running = (async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const lost = Promise.withResolvers<IngotError>();
      try {
        const service = await start(lost.resolve);
        onStarted();
        told = '';
        const why = await Promise.race([lost.promise, stopped]);
        await service.stop();
        if (why === null) return;
        tell(why);
      } catch (thrown) {
        tell(asIngotError(thrown, 'starting a server'));
        await clock.sleep(RETRY_MS, stopping.signal).catch(() => undefined);
      }
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
