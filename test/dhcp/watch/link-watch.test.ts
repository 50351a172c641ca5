import { describe, expect, it } from 'vitest';
import { LinkWatch } from '../../../src/dhcp/watch/link-watch.ts';
import { mac, NOW } from '../samples.ts';

const ME = mac(1);
const SECOND = 1000;
const firmware = (secs: number) => ({ mac: ME, stage: 'firmware', secs }) as const;
const ipxe = (secs: number) => ({ mac: ME, stage: 'ipxe', secs }) as const;

describe('a link that comes up late', () => {
  it('shows in a first question that says to be asked for long', () => {
    const watch = new LinkWatch();
    expect(watch.discover(firmware(28), NOW)).toMatch(/asked for 28 s before .* check portfast/);
    expect(watch.discover(firmware(60), NOW + 32 * SECOND)).toBeNull();
  });

  it('shows in the time that iPXE needed to be heard', () => {
    const watch = new LinkWatch();
    watch.discover(firmware(0), NOW);
    watch.acknowledged(ME, NOW + 4 * SECOND);
    expect(watch.discover(ipxe(8), NOW + 50 * SECOND)).toMatch(/lease 46 s before .* snponly\.efi/);
    expect(watch.discover(ipxe(12), NOW + 54 * SECOND)).toBeNull();
  });
});

describe('a link that is up', () => {
  it.each([
    ['asks at once', 0],
    ['asks a second time, for the first one was lost', 4],
    ['sends its seconds in the wrong byte order', 1024],
  ])('is not blamed when a machine %s', (_how, secs) => {
    expect(new LinkWatch().discover(firmware(secs), NOW)).toBeNull();
  });

  it('is not blamed when we had heard the machine all the time', () => {
    const watch = new LinkWatch();
    for (const secs of [0, 4, 12, 28]) expect(watch.discover(firmware(secs), NOW + secs * SECOND)).toBeNull();
  });

  it('is not blamed for an iPXE that comes after some seconds, or with the next boot', () => {
    const watch = new LinkWatch();
    watch.acknowledged(ME, NOW);
    expect(watch.discover(ipxe(0), NOW + 12 * SECOND)).toBeNull();
    watch.acknowledged(ME, NOW + 60 * SECOND);
    expect(watch.discover(ipxe(0), NOW + 1200 * SECOND)).toBeNull();
  });
});
