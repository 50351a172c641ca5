/** Watches the interface that a service is bound to: deleted and made again, its sockets would be deaf for ever. */
import type { Clock } from '../../clock.ts';
import { IngotError } from '../../errors.ts';
import type { Start } from './keep-trying.ts';

const LOOK_MS = 1_000;

type Options = {
  /** The interface's name. */
  readonly name: string;
  /** Its index now, null when there is none of that name. */
  readonly indexOf: (name: string) => number | null;
  readonly clock: Pick<Clock, 'sleep'>;
};

/** The same service, lost as soon as its interface is gone or is another one of the same name. */
export function onInterface(start: Start, { name, indexOf, clock }: Options): Start {
  return async (lost) => {
    const index = indexOf(name);
    const service = await start(lost);
    const stopping = new AbortController();
    const watch = async (): Promise<void> => {
      while (!stopping.signal.aborted) {
        await clock.sleep(LOOK_MS, stopping.signal).catch(() => undefined);
        if (stopping.signal.aborted || indexOf(name) === index) continue;
        lost(interfaceLost(name));
        return;
      }
    };
    void watch();
    return {
      stop: async () => {
        stopping.abort();
        await service.stop();
      },
    };
  };
}

function interfaceLost(name: string): IngotError {
  return new IngotError('environment', `The interface ${name} was removed, or made anew`, {
    hint: 'It is served again when it is there with its address: see `ip link` and `ip address`.',
  });
}
