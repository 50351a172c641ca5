import { defineConfig } from 'vitest/config';

/** A condition that is waited for comes at once on a quiet machine; a busy one gets time. */
const POLL = { poll: { timeout: 15_000 } };

/**
 * Three projects, fast to slow: `unit` needs nothing but npm; `system` needs Debian packages and network
 * namespaces; `e2e` boots virtual machines. Scripts run them one after the other.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/**/*.system.test.ts'],
          testTimeout: 20_000,
          expect: POLL,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/**/*.system.test.ts'],
          exclude: ['test/e2e/**'],
          fileParallelism: false,
          testTimeout: 120_000,
          expect: POLL,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 1_200_000,
          expect: POLL,
          hookTimeout: 1_200_000,
        },
      },
    ],
  },
});
