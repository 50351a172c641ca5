import { describe, expect, test } from 'vitest';
import { bootClientOf } from '../../src/boot/client.ts';
import { decideBoot } from '../../src/boot/decision.ts';
import { renderDhcpBootFields } from '../../src/boot/dhcp-fields.ts';
import { CLIENTS, entry, MAC, mac, SITE } from './fixtures.ts';

function render(name: keyof typeof CLIENTS, { asProxy = false } = {}) {
  const client = bootClientOf(CLIENTS[name]);
  const files = new Set(['undionly.kpxe', 'snponly.efi']);
  const decision = decideBoot({ client, mac: MAC, entry: entry('ramdisk'), site: SITE, files });
  const fields = renderDhcpBootFields({ decision, client, site: SITE, asProxy });
  if (fields === null) return null;
  const options = Object.fromEntries(
    fields.options.map(({ code, value }) => [
      code,
      code === 43 || code === 175
        ? Buffer.from(value).toString('hex')
        : Buffer.from(value).toString('latin1'),
    ]),
  );
  return { ...fields, options };
}

const SCRIPT = 'http://10.20.0.1:6180/ipxe/52-54-00-ab-cd-ef';
const NBP = 'http://10.20.0.1:6180/boot/snponly.efi';

describe('the decision in DHCP', () => {
  test.each([
    [
      'BIOS ROM',
      'undionly.kpxe',
      { 43: '060108ff', 60: 'PXEClient', 66: '10.20.0.1\0', 67: 'undionly.kpxe\0' },
    ],
    ['EDK2 x64', 'snponly.efi', { 43: '060108ff', 60: 'PXEClient', 66: '10.20.0.1\0', 67: 'snponly.efi\0' }],
    ['EDK2 x64 over HTTP', NBP, { 60: 'HTTPClient', 67: `${NBP}\0` }],
    ['iPXE in BIOS', SCRIPT, { 67: `${SCRIPT}\0`, 175: 'b00101' }],
    ['iPXE in UEFI', SCRIPT, { 67: `${SCRIPT}\0`, 175: 'b00101' }],
    ['iPXE without HTTP', 'undionly.kpxe', { 66: '10.20.0.1\0', 67: 'undionly.kpxe\0', 175: 'b00101' }],
  ] as const)('%s', (client, file, options) => {
    expect(render(client)).toEqual({ siaddr: '10.20.0.1', file, options });
  });

  test('iPXE is told of our syslog receiver, where there is one', () => {
    const site = { ...SITE, syslog: true };
    const client = bootClientOf(CLIENTS['iPXE in UEFI']);
    const decision = decideBoot({ client, mac: MAC, entry: null, site, files: new Set() });
    const fields = renderDhcpBootFields({ decision, client, site });
    expect(fields?.options).toContainEqual({ code: 7, value: Buffer.from([10, 20, 0, 1]) });
  });

  test.each([
    ['iPXE in UEFI', { 60: 'PXEClient', 67: `${SCRIPT}\0`, 175: 'b00101' }],
    ['EDK2 x64', { 43: '060108ff', 60: 'PXEClient', 66: '10.20.0.1\0', 67: 'snponly.efi\0' }],
    ['EDK2 x64 over HTTP', { 60: 'HTTPClient', 67: `${NBP}\0` }],
  ] as const)('a proxy says to %s that it is one of PXE, or nothing is taken from it', (name, options) => {
    expect(render(name, { asProxy: true })?.options).toEqual(options);
  });

  test.each([
    ['dc:a6:32:00:00:01', '\x09\x14\0\0\x11Raspberry Pi Boot'],
    // A Pi 3, whose ROM wants three blanks.
    ['b8:27:eb:00:00:01', '\x09\x17\0\0\x14Raspberry Pi Boot   '],
  ])('the ROM of the Raspberry Pi %s gets the menu that it looks for, and no boot file', (address, menu) => {
    const client = { kind: 'firmware', firmware: 'raspberry-pi', transport: 'tftp' } as const;
    const decision = decideBoot({
      client,
      mac: mac(address),
      entry: null,
      site: SITE,
      files: new Set(['undionly.kpxe']),
    });
    const fields = renderDhcpBootFields({ decision, client, site: SITE });
    expect(fields).toMatchObject({ siaddr: '10.20.0.1', file: '' });
    const value = Buffer.from(`\x06\x01\x08${menu}\x0a\x04\0PXE\xff`, 'latin1');
    expect(fields?.options).toContainEqual({ code: 43, value });
  });

  test('nothing to boot, nothing said', () => {
    expect(render('Linux')).toBeNull();
  });

  test('option 60 "PXEClient" never comes without option 43, or EDK2 waits for a boot server (PXE-E18)', () => {
    for (const name of Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]) {
      const options: { readonly [code: string]: string } = render(name)?.options ?? {};
      expect(options['60'] === 'PXEClient').toBe(options['43'] !== undefined);
    }
  });

  test('every name fits into the header and is NUL-terminated in option 67', () => {
    for (const name of Object.keys(CLIENTS) as (keyof typeof CLIENTS)[]) {
      const fields = render(name);
      if (fields === null) continue;
      const options: { readonly [code: string]: string } = fields.options;
      expect(fields.file.length).toBeLessThan(128);
      expect(options['67']).toBe(`${fields.file}\0`);
    }
  });
});
