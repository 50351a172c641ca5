/** That this boot's machine was handed over to a rescue: its agent ends, and does not begin again. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type HandOver = {
  /** Aborted when the machine was handed over. */
  readonly signal: AbortSignal;
  done(): void;
};

/** Leaves a file in `runDir`, by which the ramdisk's init (boot-assets/ramdisk/init) starts no agent any more. */
export function createHandOver(runDir: string): HandOver {
  const over = new AbortController();
  return {
    signal: over.signal,
    done: () => {
      mkdirSync(runDir, { recursive: true });
      writeFileSync(join(runDir, 'rescued'), '');
      over.abort(new Error('the machine was handed over to a rescue'));
    },
  };
}
