import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPlaces, type Place } from '../../src/boot/places.ts';

const NO_JITTER = 0;

/** A line with its own clock. */
function line(count: number, ownShare: number | null = null) {
  const places = createPlaces(count, ownShare);
  let now = 0;
  return {
    places,
    later: (ms: number) => {
      now += ms;
    },
    now: () => now,
    ask: (client: string, jitterS = NO_JITTER) => places.ask(client, { now, jitterS }),
    leave: (place: Place, next: 'another' | 'nothing' = 'nothing') => {
      if (place.kind === 'place') place.leave(next, now);
    },
  };
}

describe('places', () => {
  test('go to whoever asks while there are some; then clients are told when to come back, and once that they wait', () => {
    const { ask } = line(2);
    expect([ask('a').kind, ask('b').kind]).toEqual(['place', 'place']);
    expect(ask('c')).toEqual({ kind: 'wait', retryAfterS: 2, position: 1, first: true, own: null });
    expect(ask('c')).toMatchObject({ kind: 'wait', position: 1, first: false });
    expect(ask('d')).toMatchObject({ kind: 'wait', position: 2, first: true });
  });

  test('those refused in one moment come back apart, by a jitter of their own', () => {
    const { ask } = line(1);
    ask('a');
    expect([ask('b', 0), ask('c', 3)]).toMatchObject([{ retryAfterS: 4 }, { retryAfterS: 10 }]);
  });

  test('a free place is the first waiter’s: who comes later does not take it away', () => {
    const { ask, later, leave } = line(1);
    const place = ask('a');
    ask('first');
    later(3_000);
    leave(place);
    expect(ask('late').kind).toBe('wait');
    expect(ask('first').kind).toBe('place');
  });

  test('a place that no waiter is due for is used meanwhile', () => {
    const { ask, leave } = line(1);
    const place = ask('a');
    ask('first', 4);
    leave(place);
    expect(ask('passing by').kind).toBe('place');
  });

  test('a waiter that never comes back holds nobody up for long', () => {
    const { ask, later, leave } = line(1);
    const place = ask('a');
    ask('gone');
    later(30_000);
    leave(place);
    expect(ask('next').kind).toBe('place');
  });

  test('a machine that has its kernel gets its ramdisk next, whoever waits', () => {
    const { ask, later, leave } = line(1);
    const kernel = ask('a');
    ask('b');
    later(2_500);
    leave(kernel, 'another');
    expect(ask('b').kind).toBe('wait');
    const ramdisk = ask('a');
    expect(ramdisk.kind).toBe('place');
    leave(ramdisk);
    expect(ask('b').kind).toBe('place');
  });

  test('a machine that dies between kernel and ramdisk keeps its place for three seconds only', () => {
    const { ask, later, leave } = line(1);
    leave(ask('a'), 'another');
    expect(ask('b').kind).toBe('wait');
    later(3_000);
    expect(ask('b').kind).toBe('place');
  });

  test.each([
    { places: 4, share: 4 },
    { places: 64, share: 4 },
    { places: 1_000, share: 63 },
  ])('of $places one client gets $share at once, and the others go on', ({ places, share }) => {
    const { ask, leave } = line(places);
    const taken = Array.from({ length: share }, () => ask('greedy'));
    expect(taken.every(({ kind }) => kind === 'place')).toBe(true);
    if (share < places) {
      expect(ask('greedy')).toMatchObject({ kind: 'wait', own: share, first: true });
      for (let other = share; other < places; other++) expect(ask(`other ${other}`).kind).toBe('place');
    }
    expect(ask('late')).toMatchObject({ kind: 'wait', own: null });
    for (const place of taken) leave(place);
    expect(ask('greedy').kind).toBe('place');
  });

  test('an operator says how many one client gets, where it stands for many machines behind one address', () => {
    const { ask } = line(8, 8);
    expect(Array.from({ length: 8 }, () => ask('nat').kind)).toEqual(Array(8).fill('place'));
    expect(ask('nat')).toMatchObject({ kind: 'wait', own: 8 });
    const { ask: askOne } = line(8, 1);
    expect([askOne('a'), askOne('a'), askOne('b')]).toMatchObject([
      { kind: 'place' },
      { kind: 'wait', own: 1 },
      { kind: 'place' },
    ]);
  });

  test('who waits for an end of its own downloads keeps no free place from the others', () => {
    const { ask, later } = line(5);
    for (let i = 0; i < 4; i++) ask('greedy');
    const refused = ask('greedy');
    expect(refused).toMatchObject({ kind: 'wait', own: 4 });
    later(3_000);
    expect(ask('next').kind).toBe('place');
  });

  test('a place is given back once, however often that is said', () => {
    const { ask, leave } = line(1);
    const place = ask('a');
    leave(place);
    leave(place);
    expect([ask('b').kind, ask('c').kind]).toEqual(['place', 'wait']);
  });
});

test('nobody starves: whatever the crowd, every client that comes back when told is served, and never more at once than places', () => {
  const crowd = fc.record({
    places: fc.integer({ min: 1, max: 8 }),
    clients: fc.array(fc.record({ arrives: fc.nat(5_000), takes: fc.integer({ min: 1, max: 4_000 }) }), {
      minLength: 1,
      maxLength: 60,
    }),
  });
  fc.assert(
    fc.property(crowd, ({ clients, places }) => {
      const at = createPlaces(places);
      const moments = clients.map(({ arrives, takes }, id) => ({
        at: arrives,
        id,
        takes,
        place: null as Place | null,
      }));
      let [underWay, most, served] = [0, 0, 0];
      // Downloads one after the other on each place, and a few seconds between any two looks at the line.
      const patience = 5_000 + clients.length * 12_000;
      while (moments.length > 0) {
        moments.sort((a, b) => a.at - b.at);
        const moment = moments.shift();
        if (moment === undefined) break;
        expect(moment.at).toBeLessThan(patience);
        if (moment.place?.kind === 'place') {
          moment.place.leave('nothing', moment.at);
          underWay--;
          served++;
          continue;
        }
        const place = at.ask(String(moment.id), { now: moment.at, jitterS: moment.id % 5 });
        if (place.kind === 'place') most = Math.max(most, ++underWay);
        moments.push({
          ...moment,
          at: moment.at + (place.kind === 'place' ? moment.takes : place.retryAfterS * 1000),
          place,
        });
      }
      expect([served, most <= places, at.waiting()]).toEqual([clients.length, true, 0]);
    }),
    { numRuns: 60 },
  );
});
