/**
 * Ends the process when a step never ends: code that loops for ever leaves no turn to look at a clock, so another
 * thread looks. Used on both sides: loaded as a worker it watches, `startWatchdog` is for the main thread.
 */
import { isMainThread, Worker, workerData } from 'node:worker_threads';

const LOOK_MS = 1_000;
const HANG_MS = 15_000;

export type Watchdog = {
  /** Called before each step. */
  step(number: number): void;
  stop(): Promise<void>;
};

export function startWatchdog(about: string): Watchdog {
  const beat = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL(import.meta.url), { workerData: { beat, about } });
  return {
    step: (number) => {
      beat[0] = number;
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}

function watch({ beat, about }: { readonly beat: Int32Array; readonly about: string }): void {
  let last = -1;
  let since = performance.now();
  setInterval(() => {
    const step = Atomics.load(beat, 0);
    if (step !== last) since = performance.now();
    last = step;
    if (performance.now() - since < HANG_MS) return;
    process.stderr.write(`${about}, step ${step}: hangs for ${HANG_MS / 1000} s\n`);
    process.kill(process.pid, 'SIGKILL');
  }, LOOK_MS);
}

if (!isMainThread && workerData?.beat !== undefined) watch(workerData);
