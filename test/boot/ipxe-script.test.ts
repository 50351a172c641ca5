import { describe, expect, test } from 'vitest';
import { renderIpxeScript } from '../../src/boot/ipxe-script.ts';
import { entry, MAC, mac, SITE } from './fixtures.ts';

const render = (node: ReturnType<typeof entry> | null, kernelArgs = ''): string =>
  renderIpxeScript({ mac: MAC, entry: node, site: SITE, kernelArgs });

describe('the iPXE script', () => {
  test('of a node that shall load the ramdisk', () => {
    expect(render(entry('ramdisk'), ' console=ttyS0  quiet\n')).toBe(`#!ipxe
echo ingot: rack1-07 loads its ramdisk
set tries:int32 10
set try:int32 0
set pause:int32 4
iseq \${buildarch} arm64 && set folder arm64/ ||
:load
imgfree
kernel http://10.20.0.1:6180/files/\${folder}vmlinuz initrd=initrd.zst ipa-api-url=http://10.20.0.1:6180 BOOTIF=01-52-54-00-ab-cd-ef console=ttyS0 quiet || goto again
initrd http://10.20.0.1:6180/files/\${folder}initrd.zst || goto again
boot || goto again
:again
inc try
iseq \${try} \${tries} && goto fail ||
echo ingot: rack1-07 could not load its ramdisk, try \${try} of \${tries}, next in \${pause} s
sleep \${pause}
inc pause 5
goto load
:fail
echo ingot: rack1-07 gives up after \${tries} tries and restarts
sleep 30
reboot || exit 1
`);
  });

  test('tells iPXE and ramdisk where their log lines are taken, and an iPXE that cannot send any goes on', () => {
    const site = { ...SITE, syslog: true };
    const text = renderIpxeScript({ mac: MAC, entry: entry('ramdisk'), site, kernelArgs: '' });
    expect(text).toMatch(/^#!ipxe\nset syslog 10\.20\.0\.1 \|\|\n/);
    expect(text).toMatch(/^kernel \S+ initrd=initrd\.zst ingot-syslog=10\.20\.0\.1 /m);
  });

  test('tells the agent where to call, whom alone it shall believe there, and its ticket', () => {
    const site = { ...SITE, tls: { port: 6183, fingerprint: 'ab'.repeat(32) } };
    const words = (upstreamAgents: boolean, kernelArgs = '') =>
      /initrd=initrd.zst (.*) BOOTIF/.exec(
        renderIpxeScript({
          mac: MAC,
          kernelArgs,
          site: { ...site, upstreamAgents },
          entry: { ...entry('ramdisk'), ticket: 'TICKET' },
        }),
      )?.[1];
    const ours = `ipa-api-url=https://10.20.0.1:6183 ingot-api-ca=${'ab'.repeat(32)}`;
    expect(words(false)).toBe(`${ours} ingot-ticket=TICKET`);
    expect(words(true)).toBe(`${ours} ipa-insecure=1 ingot-ticket=TICKET`);
    expect(words(true, 'ipa-insecure=0')).toBe(`${ours} ingot-ticket=TICKET`);
  });

  test('that came by HTTPS names kernel and ramdisk by HTTPS', () => {
    const site = { ...SITE, tls: { port: 6183, fingerprint: 'ab'.repeat(32) } };
    const facts = { mac: MAC, entry: entry('ramdisk'), site, kernelArgs: '' };
    expect(renderIpxeScript({ ...facts, channel: 'tls' }).match(/https?:\/\/\S+files/g)).toEqual(
      Array(2).fill('https://10.20.0.1:6183/files'),
    );
    expect(renderIpxeScript(facts)).toContain('kernel http://10.20.0.1:6180/files');
  });

  test('tells somebody else than the machine nothing of it', () => {
    const facts = { mac: MAC, entry: { ...entry('ramdisk'), ticket: 'TICKET' }, site: SITE, kernelArgs: '' };
    const text = renderIpxeScript({ ...facts, stranger: 'DHCP gave 10.20.1.5 to nobody' });
    expect(text).toContain('echo ingot: this is not taken for rack1-07: DHCP gave 10.20.1.5 to nobody');
    expect(text).not.toMatch(/TICKET|kernel/);
    expect(text).toMatch(/exit 1\n$/);
  });

  test('of a node that shall boot its disk', () => {
    expect(render(entry('disk'))).toBe(`#!ipxe
echo ingot: rack1-07 boots from its own disk
iseq \${platform} efi && goto next ||
sanboot --no-describe --drive 0x80 ||
:next
exit 1
`);
  });

  test('of a node whose own system comes from the network', () => {
    const instance = {
      kind: 'kernel',
      kernel: 'http://images/vmlinuz',
      ramdisk: 'https://images/initrd.gz',
      words: ['console=ttyS0', 'quiet'],
    } as const;
    const script = render({ ...entry('instance'), instance }, 'only=for-the-ramdisk');
    expect(script).toContain(`
:load
imgfree
kernel http://images/vmlinuz initrd=instance-initrd console=ttyS0 quiet || goto again
initrd --name instance-initrd https://images/initrd.gz || goto again
boot || goto again
:again
`);
    const iso = { kind: 'iso', url: 'http://images/live.iso' } as const;
    expect(render({ ...entry('instance'), instance: iso })).toContain(`
imgfree
sanboot --no-describe http://images/live.iso || goto again
:again
`);
  });

  test('of a node whose instance_info names nothing any more', () => {
    expect(render(entry('instance'))).toContain(
      'names nothing usable\necho See: ingot node show\nsleep 10\nexit 1\n',
    );
  });

  test('of a machine that nobody enrolled', () => {
    expect(render(null)).toBe(`#!ipxe
echo ingot does not know 52:54:00:ab:cd:ef, enroll it with: ingot node enroll
echo Going on to the next boot device
sleep 3
exit 1
`);
  });

  test.each(['ramdisk', 'disk'] as const)(
    'of a machine that goes round with its %s: no more of the same',
    (intent) => {
      const facts = { mac: MAC, entry: entry(intent), site: SITE, kernelArgs: '', stuck: true };
      expect(renderIpxeScript(facts)).toBe(`#!ipxe
echo ingot: rack1-07 goes round, on to its next boot device
echo See: ingot node why
sleep 10
exit 1
`);
    },
  );

  test('a name cannot smuggle a command or a setting into the script', () => {
    const script = render({ ...entry('disk'), nodeName: `x\nreboot || \${net0/mac}` });
    expect(script.split('\n')[1]).toBe('echo ingot: x_reboot______net0_mac_ boots from its own disk');
  });

  test('machines come back after different pauses', () => {
    const pauses = Array.from({ length: 16 }, (_, i) => {
      const own = mac(`52:54:00:00:00:${i.toString(16).padStart(2, '0')}`);
      return /pause:int32 (\d+)/.exec(
        renderIpxeScript({ mac: own, entry: entry('ramdisk'), site: SITE, kernelArgs: '' }),
      )?.[1];
    });
    expect(new Set(pauses).size).toBe(8);
  });
});
