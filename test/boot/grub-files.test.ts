import { describe, expect, test } from 'vitest';
import { type Asker, createGrubFiles } from '../../src/boot/grub-files.ts';
import type { AddressHolder } from '../../src/net/address-holder.ts';
import { entry, ipv4, MAC, SITE } from './fixtures.ts';

const known = new Map([[MAC, entry('ramdisk')]]);
const MINUTE = 60_000;
/** Of which machines it was told that their GRUB is here. */
const arrived: string[] = [];
const CLIENT = ipv4('10.20.1.5');
/** Who asks, where nobody can tell whose address that is. */
const ASKER: Asker = { address: CLIENT, holder: { kind: 'untold' } };
const grubFiles = (now = () => 0) =>
  createGrubFiles({
    bootEntry: (mac) => known.get(mac) ?? null,
    kernelArgs: '',
    elapsed: now,
    onLoaded: (mac) => arrived.push(mac),
  });
const { asBootStage, ...grub } = grubFiles();
const files = grub.on(SITE);
const textOf = (name: string): string | undefined => {
  const content = files.get(name, ASKER);
  return content === undefined ? undefined : Buffer.from(content).toString();
};

describe('what TFTP has for GRUB', () => {
  test('is a configuration that leads on by the MAC address', () => {
    expect(textOf('grub/grub.cfg')).toContain('grub.cfg-01-$net_default_mac');
  });

  test('is made from the boot table at the moment when it is asked for', () => {
    const name = 'grub/grub.cfg-01-52:54:00:ab:cd:ef';
    expect(textOf(name)).toContain('rack1-07 loads its ramdisk');
    known.set(MAC, entry('disk'));
    expect(textOf(name)).toContain('rack1-07 boots from its own disk');
    known.delete(MAC);
    expect(textOf(name)).toContain('ingot does not know');
  });

  test('has the ticket for who has the machine’s address, and for nobody else; that is told', () => {
    const name = `grub/grub.cfg-01-${MAC}`;
    known.set(MAC, { ...entry('ramdisk'), ticket: 'TICKET-OF-THIS-BOOT' });
    const asked = (holder: AddressHolder) => {
      const asker = { address: CLIENT, holder };
      return { text: String(files.get(name, asker)), stranger: grub.strangerTo(name, asker) };
    };
    for (const holder of [{ kind: 'untold' }, { kind: 'machine', mac: MAC }] as const) {
      const { stranger, text } = asked(holder);
      expect(text).toContain("'ingot-ticket=TICKET-OF-THIS-BOOT'");
      expect(stranger).toBeNull();
    }
    const { stranger, text } = asked({ kind: 'nobody' });
    expect(text).toContain('this is not taken for rack1-07: DHCP gave 10.20.1.5 to nobody');
    expect(text).not.toMatch(/TICKET|vmlinuz/);
    expect(stranger).toEqual({ mac: MAC, why: expect.stringContaining('to nobody') });
    known.delete(MAC);
  });

  test.each(['grub/../secret', 'initrd.zst', 'grub/grub.cfg-01-..', 'grub', ''])(
    'is nothing else: %j',
    (name) => {
      expect(files.get(name, ASKER)).toBeUndefined();
    },
  );
});

describe('a file loaded whole by TFTP', () => {
  const fact = {
    kind: 'tftp.done',
    at: 0,
    mac: null,
    address: ipv4('10.20.1.1'),
    bytes: 5,
    sentence: 'loaded it',
  } as const;
  test.each([
    ['vmlinuz', 'boot.kernel', null],
    ['initrd.zst', 'boot.initrd', null],
    ['arm64/vmlinuz', 'boot.kernel', null],
    ['grub/grub.cfg-01-52:54:00:ab:cd:ef', 'boot.script', MAC],
    ['grub/grub.cfg', 'tftp.done', null],
    ['shimx64.efi', 'tftp.done', null],
  ])('%s is the stage %s of the boot', (file, kind, mac) => {
    arrived.length = 0;
    expect(asBootStage({ ...fact, file }, ASKER)).toMatchObject({ kind, mac });
    expect(arrived).toEqual(mac === null ? [] : [mac]);
  });

  test('is no stage of a machine whose configuration somebody else loaded', () => {
    arrived.length = 0;
    const loaded = { ...fact, file: `grub/grub.cfg-01-${MAC}` };
    expect(asBootStage(loaded, { ...ASKER, holder: { kind: 'nobody' } })).toBe(loaded);
    expect(arrived).toEqual([]);
  });

  test('is no stage when it was broken off', () => {
    const broken = { ...fact, kind: 'tftp.failed', file: 'vmlinuz' };
    expect(asBootStage(broken, ASKER)).toBe(broken);
  });
});

describe('a machine that loads the same configuration again and again', () => {
  const file = 'grub/grub.cfg-01-52:54:00:ab:cd:ef';
  const loaded = { kind: 'tftp.done', mac: null, address: CLIENT, bytes: 5, sentence: 'loaded it', file };

  /** Loads it so many times, a minute apart: the kinds of event, and what was in it the last time. */
  function load(intent: 'ramdisk' | 'disk', times: number) {
    known.set(MAC, entry(intent));
    let now = 0;
    const machine = grubFiles(() => now);
    let text = '';
    const facts = Array.from({ length: times }, () => {
      now += MINUTE;
      text = String(machine.on(SITE).get(file, ASKER));
      return machine.asBootStage(loaded, ASKER);
    });
    return { kinds: facts.map(({ kind }) => kind), sentence: facts.at(-1)?.sentence, text };
  }

  test('is sent on to its disk the sixth time in ten minutes; its node hears of it once', () => {
    expect(load('ramdisk', 5).text).toContain('loads its ramdisk');
    const { kinds, text } = load('ramdisk', 7);
    expect(kinds).toEqual([...Array(5).fill('boot.script'), 'boot.loop', 'boot.script']);
    expect(text).toContain('rack1-07 goes round, on to its disk');
    expect(text).not.toContain('vmlinuz');
    expect(load('ramdisk', 6).sentence).toMatch(/^went round: its GRUB fetched the same configuration/);
  });

  test('is given back to its firmware when it was the disk that did not start', () => {
    expect(load('disk', 6).text).toMatch(/goes round, back to its firmware(.*\n)*exit\n$/);
    expect(load('disk', 6).text).not.toContain('chainloader');
  });

  test('is sent on, too, at an address that another DHCP server gave it, and what is the machine’s own is not', () => {
    known.set(MAC, entry('disk'));
    const machine = grubFiles();
    const foreign: Asker = { address: CLIENT, holder: { kind: 'nobody' } };
    const facts = Array.from({ length: 7 }, () => machine.asBootStage(loaded, foreign));
    expect(facts.map(({ kind }) => kind)).toEqual([...Array(5).fill('tftp.done'), 'boot.loop', 'tftp.done']);
    expect(facts[5]).toMatchObject({
      mac: MAC,
      address: null,
      sentence: expect.stringMatching(/not known to be its own, for DHCP gave 10\.20\.1\.5 to nobody/),
    });
    const textFor = (asker: Asker): string => String(machine.on(SITE).get(file, asker));
    expect(textFor(foreign)).toContain('goes round, back to its firmware');
    expect(textFor(ASKER)).toContain('boots from its own disk');
    expect(textFor({ ...foreign, address: ipv4('10.20.1.6') })).toContain('boots from its own disk');
  });

  test('is not when its loads break off', () => {
    known.set(MAC, entry('ramdisk'));
    const machine = grubFiles();
    for (let time = 0; time < 10; time++) machine.asBootStage({ ...loaded, kind: 'tftp.failed' }, ASKER);
    expect(String(machine.on(SITE).get(file, ASKER))).toContain('loads its ramdisk');
  });
});
