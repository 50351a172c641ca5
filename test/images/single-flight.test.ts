import { expect, test } from 'vitest';
import { createSingleFlight } from '../../src/images/single-flight.ts';

/** Work that ends when told, and fails when aborted. */
function controlledWork() {
  const state = { started: 0, aborted: 0, finish: (_value: string): void => undefined };
  const work = (signal: AbortSignal, report: (percent: number) => void): Promise<string> => {
    state.started += 1;
    report(10);
    return new Promise((resolve, reject) => {
      state.finish = resolve;
      signal.addEventListener('abort', () => {
        state.aborted += 1;
        reject(signal.reason as Error);
      });
    });
  };
  return { state, work };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('callers of the same key share one piece of work and its result', async () => {
  const flights = createSingleFlight<string>();
  const { state, work } = controlledWork();
  const both = [flights.join('a', {}, work), flights.join('a', {}, work)];
  await settled();
  state.finish('made');
  expect(await Promise.all(both)).toEqual(['made', 'made']);
  expect(state.started).toBe(1);
});

test('a caller that gives up leaves the work to the others', async () => {
  const flights = createSingleFlight<string>();
  const { state, work } = controlledWork();
  const abort = new AbortController();
  const impatient = flights.join('a', { signal: abort.signal }, work);
  const patient = flights.join('a', {}, work);
  await settled();
  abort.abort(new Error('deleted'));
  await expect(impatient).rejects.toThrow('deleted');
  expect(state.aborted).toBe(0);
  state.finish('made');
  expect(await patient).toBe('made');
});

test('the work is aborted when its last caller gives up, and a later caller starts anew', async () => {
  const flights = createSingleFlight<string>();
  const { state, work } = controlledWork();
  const abort = new AbortController();
  const only = flights.join('a', { signal: abort.signal }, work);
  await settled();
  abort.abort(new Error('deleted'));
  await expect(only).rejects.toThrow('deleted');
  const later = flights.join('a', {}, work);
  await settled();
  expect(state).toMatchObject({ started: 2, aborted: 1 });
  state.finish('made');
  expect(await later).toBe('made');
});

test('a failure reaches every caller, and the next call tries again', async () => {
  const flights = createSingleFlight<string>();
  const fail = async (): Promise<string> => {
    throw new Error('broken');
  };
  const results = await Promise.allSettled([flights.join('a', {}, fail), flights.join('a', {}, fail)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await flights.join('a', {}, async () => 'made')).toBe('made');
});

test('progress is reported in whole percents, each at most once, never backwards', async () => {
  const flights = createSingleFlight<string>();
  const seen: number[] = [];
  await flights.join('a', { onProgress: (percent) => seen.push(percent) }, async (_signal, report) => {
    for (const percent of [1.2, 1.9, 5, 4, 250]) report(percent);
    return '';
  });
  expect(seen).toEqual([1, 5, 100]);
});
