/** The search for other DHCP servers where nobody answers: on the loopback interface, with a clock of its own. */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type ServerSearchOptions, startServerSearch } from '../../../src/dhcp/watch/server-search.ts';

const EVERY_MS = 60_000;

function search(more: Pick<ServerSearchOptions, 'onDefect'> = {}) {
  const time = { elapsed: 0, notices: 0 };
  const running = startServerSearch({
    network: 'pxe',
    interface: 'lo',
    expects: 'beside',
    everyMs: EVERY_MS,
    isOurs: () => false,
    clock: {
      elapsed: () => time.elapsed,
      sleep: async (ms) => {
        await turnOfTheLoop();
        time.elapsed += ms;
      },
    },
    // Told after the first search: nobody is there.
    onNotice: () => {
      time.notices++;
      throw new TypeError('no such network');
    },
    ...more,
  });
  return { running, time };
}

it('a search goes on after a defect, and tells of it', async () => {
  const defects: string[] = [];
  const { running, time } = search({ onDefect: (thrown) => void defects.push(String(thrown)) });
  await expect.poll(() => defects).toEqual(['TypeError: no such network']);
  await expect.poll(() => time.elapsed).toBeGreaterThan(2 * EVERY_MS);
  await running.stop();
  expect(time.notices).toBe(1);
});

it('a search that nobody watches ends with a defect, which its stop throws', async () => {
  const { running, time } = search();
  await expect.poll(() => time.notices).toBe(1);
  await expect(running.stop()).rejects.toThrow('no such network');
});
