import { describe, expect, it } from 'vitest';
import { kernelWords, macOfBootif, parseKernelArgs, pinnedOf } from '../../src/agent/kernel-args.ts';

describe('the kernel command line', () => {
  it('gives the API, the boot MAC and the inspection URL of ingot', () => {
    const line =
      'initrd=initrd.zst console=ttyS0 ipa-api-url=http://10.20.0.1:6180 BOOTIF=01-52-54-00-AA-00-01 ' +
      'ipa-inspection-callback-url=http://10.20.0.1:6180/v1/continue_inspection';
    expect(parseKernelArgs(line)).toEqual({
      apiUrls: ['http://10.20.0.1:6180'],
      inspectionUrls: ['http://10.20.0.1:6180/v1/continue_inspection'],
      bootMac: '52:54:00:aa:00:01',
      insecure: false,
      apiFingerprint: null,
      ticket: null,
      collectLldp: false,
      syslogServer: null,
    });
  });

  it('takes the API from the inspection URL, as real Ironic 29 gives only that', () => {
    const line =
      'selinux=0 troubleshoot=0 text nofb vga=normal ipa-debug=1 ipa-inspection-callback-url=http://127.0.0.1:17385/v1/continue_inspection ' +
      'ipa-global-request-id=req-0fdd9d51-108f-4cfd-b5a3-45d161c027e9 BOOTIF=52:54:00:aa:00:01 initrd=deploy_ramdisk';
    expect(parseKernelArgs(line)).toMatchObject({
      apiUrls: ['http://127.0.0.1:17385'],
      bootMac: '52:54:00:aa:00:01',
    });
  });

  it.each([
    ['a comma list in order', 'ipa-api-url=http://a:1/,https://b:2', ['http://a:1', 'https://b:2']],
    ['no word that is not a URL', 'ipa-api-url=mdns,http://a:1', ['http://a:1']],
    ['nothing from nothing', 'quiet', []],
  ])('reads %s', (_, line, apiUrls) => {
    expect(parseKernelArgs(line).apiUrls).toEqual(apiUrls);
  });

  it.each([
    ['1', true],
    ['True', true],
    ['0', false],
  ])('reads ipa-insecure=%s as %s', (value, insecure) => {
    expect(parseKernelArgs(`ipa-insecure=${value}`).insecure).toBe(insecure);
  });

  it.each(['', '01-52-54', 'zz:zz:zz:zz:zz:zz', '02-52-54-00-aa-00-01'])(
    'has no boot MAC in BOOTIF=%s',
    (bootif) => {
      expect(macOfBootif(bootif)).toBeNull();
    },
  );

  it('gives the ticket of the boot, and the fingerprint by which alone the API is known', () => {
    const hex = 'ab'.repeat(32);
    const line = `ipa-api-url=https://10.20.0.1:6183 ingot-api-ca=${hex.toUpperCase()} ingot-ticket=T-1_x`;
    const args = parseKernelArgs(line);
    expect(args).toMatchObject({ apiFingerprint: hex, ticket: 'T-1_x' });
    expect(pinnedOf(args)).toEqual({ fingerprint: hex, origins: new Set(['https://10.20.0.1:6183']) });
    expect(pinnedOf(parseKernelArgs('ipa-api-url=http://10.20.0.1:6180 ingot-api-ca=zz'))).toBeNull();
  });

  it('keeps spaces inside quotes', () => {
    expect(kernelWords('dyndbg="file a.c +p" quiet').get('dyndbg')).toBe('file a.c +p');
  });

  it.each([
    ['ingot-syslog=10.20.0.1', '10.20.0.1'],
    ['ingot-syslog=seed.example', null],
    ['ingot-syslog', null],
  ])('%s names the syslog server %s', (line, server) => {
    expect(parseKernelArgs(line).syslogServer).toBe(server);
  });
});
