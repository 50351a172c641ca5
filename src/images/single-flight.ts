/** Work that several callers ask for at once is done once. */
export type SingleFlight<Result> = {
  /**
   * Joins the work under this key, or starts it. A caller whose signal is aborted leaves with the signal's
   * reason; the work itself is aborted when the last caller has left.
   */
  join(key: string, caller: Caller, work: Work<Result>): Promise<Result>;
};

export type Caller = {
  readonly signal?: AbortSignal | undefined;
  /** Whole percents, each at most once. */
  readonly onProgress?: ((percent: number) => void) | undefined;
};

export type Work<Result> = (signal: AbortSignal, onProgress: (percent: number) => void) => Promise<Result>;

type Flight<Result> = {
  readonly result: Promise<Result>;
  readonly abort: AbortController;
  readonly callers: Set<Caller>;
  percent: number;
};

export function createSingleFlight<Result>(): SingleFlight<Result> {
  const flights = new Map<string, Flight<Result>>();

  const start = (key: string, work: Work<Result>): Flight<Result> => {
    const abort = new AbortController();
    const callers = new Set<Caller>();
    const report = (share: number): void => {
      const percent = Math.min(Math.floor(share), 100);
      if (percent <= flight.percent) return;
      flight.percent = percent;
      for (const caller of callers) caller.onProgress?.(percent);
    };
    const result = Promise.resolve()
      .then(() => work(abort.signal, report))
      .finally(() => {
        if (flights.get(key) === flight) flights.delete(key);
      });
    const flight: Flight<Result> = { result, abort, callers, percent: -1 };
    result.catch(() => undefined); // every caller may have left
    flights.set(key, flight);
    return flight;
  };

  return {
    async join(key, caller, work) {
      caller.signal?.throwIfAborted();
      // The work of a flight that everybody left still cleans up after itself: wait for that.
      for (let left = flights.get(key); left?.abort.signal.aborted; left = flights.get(key)) {
        await left.result.catch(() => undefined);
      }
      caller.signal?.throwIfAborted();
      const flight = flights.get(key) ?? start(key, work);
      flight.callers.add(caller);
      try {
        return await orAborted(flight.result, caller.signal);
      } finally {
        flight.callers.delete(caller);
        if (flight.callers.size === 0) flight.abort.abort(new Error('nobody waits for this image any more'));
      }
    },
  };
}

function orAborted<Result>(result: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return result;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
