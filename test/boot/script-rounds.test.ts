import { describe, expect, test } from 'vitest';
import type { BootEntry } from '../../src/boot/decision.ts';
import { createScriptRounds, IPXE_SCRIPT } from '../../src/boot/script-rounds.ts';
import { entry, ipv4 } from './fixtures.ts';

const MINUTE = 60_000;

function rounds() {
  const { count: round, look } = createScriptRounds(IPXE_SCRIPT);
  let now = 0;
  return {
    later: (minutes: number) => {
      now += minutes * MINUTE;
    },
    fetch: (node: BootEntry | null) => round(node, now),
    look: (node: BootEntry | null) => look(node, now),
    /** The kinds of event that so many fetches, a minute apart, bring about. */
    kinds: (node: BootEntry, times: number) =>
      Array.from({ length: times }, () => {
        now += MINUTE;
        return round(node, now).fact;
      }),
  };
}

describe('a machine that fetches the same script again and again', () => {
  test('is stuck from the sixth time in ten minutes on; its node hears of it once', () => {
    const { fetch, kinds } = rounds();
    expect(kinds(entry('ramdisk'), 7)).toEqual([
      ...Array.from({ length: 5 }, () => 'boot.script'),
      'boot.loop',
      'boot.script',
    ]);
    expect(fetch(entry('ramdisk'))).toMatchObject({
      stuck: true,
      sentence: expect.stringContaining('for it goes round'),
    });
  });

  test('is not, however often somebody only looks at its script', () => {
    const { fetch, kinds, look } = rounds();
    for (let time = 0; time < 20; time++) look(entry('ramdisk'));
    expect(fetch(entry('ramdisk')).stuck).toBe(false);
    kinds(entry('ramdisk'), 5);
    expect(look(entry('ramdisk')).stuck).toBe(true);
  });

  test('is told apart from strangers who ask for its script: each goes round for himself', () => {
    const { count } = createScriptRounds(IPXE_SCRIPT);
    const stranger = (address: string) => ({ address: ipv4(address), why: 'DHCP gave it to nobody' });
    const rounds = Array.from({ length: 7 }, () => count(entry('disk'), 0, stranger('10.20.1.5')));
    expect(rounds.map(({ stuck }) => stuck)).toEqual([...Array(5).fill(false), true, true]);
    expect(rounds.filter(({ fact }) => fact === 'boot.loop')).toHaveLength(1);
    expect(count(entry('disk'), 0, stranger('10.20.1.6')).stuck).toBe(false);
    expect(count(entry('disk'), 0).stuck).toBe(false);
  });

  test('is not stuck with what ingot asks of it next', () => {
    const { fetch, kinds } = rounds();
    const before = entry('ramdisk');
    kinds(before, 6);
    expect(fetch({ ...before, generation: before.generation + 1 }).stuck).toBe(false);
    expect(fetch({ ...before, intent: 'disk' }).stuck).toBe(false);
  });

  test('is not stuck when it comes seldom, and gets another chance after a pause', () => {
    const { fetch, kinds, later } = rounds();
    for (let times = 0; times < 20; times++) {
      later(2.5);
      expect(fetch(entry('ramdisk')).stuck).toBe(false);
    }
    kinds(entry('ramdisk'), 6);
    later(11);
    expect(fetch(entry('ramdisk')).stuck).toBe(false);
  });
});

describe('a deployed machine that boots from the network', () => {
  const deployed = { ...entry('disk'), deployed: true };
  test('is sent to its disk, and the second time its node says so', () => {
    const { fetch, later } = rounds();
    expect(fetch(deployed)).toMatchObject({ fact: 'boot.script', stuck: false });
    later(60);
    expect(fetch(deployed)).toMatchObject({
      fact: 'boot.again',
      stuck: false,
      sentence: expect.stringMatching(/although it is deployed \(time 2\).*put the disk first/),
    });
  });

  test('is nothing to speak of while nothing is deployed on it', () => {
    const { fetch } = rounds();
    expect([fetch(entry('disk')).fact, fetch(entry('disk')).fact]).toEqual(['boot.script', 'boot.script']);
  });
});

test('unknown machines are not counted', () => {
  const { fetch } = rounds();
  for (let times = 0; times < 10; times++)
    expect(fetch(null)).toMatchObject({ stuck: false, fact: 'boot.script' });
});
