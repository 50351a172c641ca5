/** The packet thread's end of the lease keeper. */
import { SHARE_ENV, Worker } from 'node:worker_threads';
import type { KeeperAnswer } from './keeper-thread.ts';
import type { PlacedFrame } from './log-space.ts';

export type Keeper = {
  /** Makes a frame durable; `done` gets null, or why it may not be. One at a time. */
  write(frame: PlacedFrame, done: (failure: string | null) => void): void;
  stop(): Promise<void>;
};

/** It holds a handful of modules and one frame. */
const MEMORY = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 };

/** `paths`: the log's segments. */
export function startKeeper(paths: readonly string[]): Keeper {
  const worker = new Worker(new URL('keeper-thread.ts', import.meta.url), {
    workerData: paths,
    resourceLimits: MEMORY,
    env: SHARE_ENV,
  });
  let waiting: ((failure: string | null) => void) | null = null;
  worker.on('message', (answer: KeeperAnswer) => {
    const done = waiting;
    waiting = null;
    done?.(answer);
  });
  // Nothing can be acknowledged any more: the packet thread ends by this, and the daemon with it, to be restarted.
  worker.on('error', (error) => {
    throw error;
  });
  return {
    write: (frame, done) => {
      waiting = done;
      worker.postMessage(frame);
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}
