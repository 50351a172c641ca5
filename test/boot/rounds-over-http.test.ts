/** Who fetches the same script or configuration again and again over HTTP, and what he is answered then. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import type { AddressHolder } from '../../src/net/address-holder.ts';
import { entry, MAC, mac } from './fixtures.ts';
import { type BootHttp, startBootHttp } from './http-harness.ts';

let at: BootHttp | null = null;
afterEach(() => at?.stop());

/** Fetches it so many times, one after the other; what was answered. */
async function fetchTimes({ port }: BootHttp, path: string, times: number): Promise<readonly string[]> {
  const texts: string[] = [];
  for (let time = 0; time < times; time++)
    texts.push(await (await fetch(`http://127.0.0.1:${port}${path}`)).text());
  return texts;
}
const loops = ({ facts }: BootHttp) => facts.filter(({ kind }) => kind === 'boot.loop');
const FIVE_THEN_STUCK = [...Array(5).fill(false), true, true];

async function folderWithHttpGrub(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'ingot-grub-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  await writeFile(join(dir, 'grubx64.efi'), 'a GRUB that says GET / HTTP/1.1');
  return dir;
}

describe('an iPXE script that is fetched seven times', () => {
  test.each<[string, AddressHolder]>([
    ['DHCP gave to nobody', { kind: 'nobody' }],
    ['DHCP gave to another machine', { kind: 'machine', mac: mac('52:54:00:99:99:99') }],
  ])('from an address that %s sends on who fetches it, and the node hears so once', async (_what, holder) => {
    at = await startBootHttp({ holder });
    at.entries.set(MAC, entry('disk'));
    const texts = await fetchTimes(at, '/ipxe/52-54-00-ab-cd-ef', 7);
    expect(texts.map((text) => !text.includes('sanboot'))).toEqual(FIVE_THEN_STUCK);
    expect(texts[6]).toMatch(/goes round, on to its next boot device(.*\n)*exit 1\n$/);
    // No word on the address, which so is not taken for the machine's.
    expect(at.facts).toMatchObject([{ kind: 'boot.loop', mac: MAC, address: null }]);
    expect(at.facts[0]?.sentence).toContain('not known to be its own, for DHCP gave 127.0.0.1 to');
  });
});

describe('GRUB’s configuration that is fetched seven times', () => {
  const OWN = '/grub/grub.cfg-01-52:54:00:ab:cd:ef';

  test.each([
    ['ramdisk', 'loads its ramdisk', 'goes round, on to its disk'],
    ['disk', 'boots from its own disk', 'goes round, back to its firmware'],
  ] as const)('for the %s leads elsewhere from the sixth time on', async (intent, before, after) => {
    at = await startBootHttp({ secureBootDir: await folderWithHttpGrub() });
    at.entries.set(MAC, entry(intent));
    const texts = await fetchTimes(at, OWN, 7);
    expect(texts.map((text) => text.includes(after))).toEqual(FIVE_THEN_STUCK);
    expect(texts[0]).toContain(before);
    expect(texts[6]).toMatch(/\nexit\n$/);
    expect(loops(at)).toMatchObject([{ mac: MAC, sentence: expect.stringContaining('its GRUB fetched') }]);
  });
});
