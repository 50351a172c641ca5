import { defineConfig } from 'vitest/config';
import manifest from './package.json' with { type: 'json' };
import { LongestFirst } from './scripts/longest-first.ts';
import { tooOld } from './scripts/node-version.ts';

const mistake = tooOld(process.versions.node, manifest.engines.node);
if (mistake !== null) {
  process.stderr.write(`${mistake}\n`);
  process.exit(1);
}

/** A condition that is waited for comes at once on a quiet machine; a busy one gets time. */
const POLL = { poll: { timeout: 15_000 } };

/**
 * Files side by side; vitest's own choice is one less than there are processors. Those of `system` mostly wait, for
 * retries and for programs that start, and one of `e2e` keeps a processor or two busy. They have namespaces, folders and
 * ports (test/rig/ports.ts) of their own, so that they do not meet.
 */
const AT_ONCE = 2;

/** Unit tests that watch the memory of their process. */
const OWN_PROCESS = ['test/fuzz/fuzz.test.ts'];

/**
 * Three projects, fast to slow: `unit` needs nothing but npm; `system` needs Debian packages and network
 * namespaces; `e2e` boots virtual machines. Scripts run them one after the other. (`--project 'unit*'` is all of `unit`.)
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/**/*.system.test.ts', ...OWN_PROCESS],
          maxWorkers: '100%',
          // No module keeps state, so files may share a process: loading the same modules 300 times was half the time.
          isolate: false,
          testTimeout: 60_000,
          expect: POLL,
        },
      },
      {
        test: {
          name: 'unit-own-process',
          include: OWN_PROCESS,
          maxWorkers: '100%',
          testTimeout: 60_000,
          expect: POLL,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/**/*.system.test.ts'],
          exclude: ['test/e2e/**'],
          maxWorkers: AT_ONCE,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          expect: POLL,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          maxWorkers: AT_ONCE,
          sequence: { groupOrder: 2 },
          testTimeout: 1_800_000,
          expect: POLL,
          hookTimeout: 1_800_000,
        },
      },
    ],
  },
});
