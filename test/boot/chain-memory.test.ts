import { describe, expect, test } from 'vitest';
import { createChainMemory } from '../../src/boot/chain-memory.ts';
import { bootClientOf } from '../../src/boot/client.ts';
import { CLIENTS, MAC } from './fixtures.ts';

/** A machine that speaks DHCP; answers whether our iPXE was given to it in vain. */
function machine() {
  const memory = createChainMemory();
  let [now, xid] = [0, 0];
  const say = (name: keyof typeof CLIENTS, final: boolean): boolean =>
    memory.note({ mac: MAC, client: bootClientOf(CLIENTS[name]), xid: `${xid}`, final, now });
  /** DISCOVER and REQUEST, which must be answered alike. */
  const boot = (name: keyof typeof CLIENTS): boolean => {
    xid++;
    const discovered = say(name, false);
    now += 500;
    const requested = say(name, true);
    expect(say(name, true)).toBe(requested);
    expect(requested).toBe(discovered);
    return requested;
  };
  return {
    boot,
    discover: (name: keyof typeof CLIENTS) => {
      xid++;
      return say(name, false);
    },
    later: (seconds: number) => {
      now += seconds * 1000;
    },
  };
}

describe('an iPXE without HTTP', () => {
  test('is turned into ours once; without HTTP a moment later it is ours, and that is the end', () => {
    const { boot, later } = machine();
    expect(boot('iPXE without HTTP')).toBe(false);
    later(5);
    expect(boot('iPXE without HTTP')).toBe(true);
    later(5);
    expect(boot('iPXE without HTTP')).toBe(true);
  });

  test('is turned into ours at each boot as long as ours then asks for its script', () => {
    const { boot, later } = machine();
    for (let times = 0; times < 20; times++) {
      expect(boot('iPXE without HTTP')).toBe(false);
      later(5);
      expect(boot('iPXE in BIOS')).toBe(false);
      later(10);
    }
  });

  test('is given ours again when the machine was started anew before it could load', () => {
    const { boot, later } = machine();
    boot('iPXE without HTTP');
    later(180);
    expect(boot('iPXE without HTTP')).toBe(false);
  });

  test('is given ours five times in ten minutes and not once more', () => {
    const { boot, later } = machine();
    const inVain = Array.from({ length: 7 }, () => {
      later(70);
      return boot('iPXE without HTTP');
    });
    expect(inVain).toEqual([false, false, false, false, false, true, true]);
  });

  test('that asks for an offer and does not take it was not given anything', () => {
    const { discover, later } = machine();
    for (let times = 0; times < 10; times++) {
      expect(discover('iPXE without HTTP')).toBe(false);
      later(4);
    }
  });
});

test('firmware and systems are never in vain', () => {
  const { boot } = machine();
  boot('iPXE without HTTP');
  expect([boot('BIOS ROM'), boot('Linux'), boot('EDK2 x64')]).toEqual([false, false, false]);
});
