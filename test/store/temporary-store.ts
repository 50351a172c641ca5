/** A store in a folder of its own that goes away with the test. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { createLog } from '../../src/log.ts';
import { openStore, type StoreOptions } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';

/** A clock that stands still at the given time. */
export function stoppedClock(at = Date.UTC(2026, 10, 22, 12)): Clock {
  return { now: () => at, elapsed: () => 0, sleep: () => Promise.resolve() };
}

export function temporaryPath(): string {
  // Memory, where there is one: the tests commit thousands of times, and each commit is an fsync.
  const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const folder = mkdtempSync(join(parent, 'ingot-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'ingot.db');
}

export async function temporaryStore(
  options: Partial<StoreOptions> & { readonly path?: string } = {},
): Promise<Store> {
  const { path = temporaryPath(), ...rest } = options;
  const store = await openStore(path, { clock: stoppedClock(), log: createLog('silent'), ...rest });
  onTestFinished(() => store.close());
  return store;
}
