import { describe, expect, it } from 'vitest';
import { readInstanceBoot } from '../../../src/lifecycle/deploy/instance-boot.ts';
import { checkInstanceInfo } from '../../../src/lifecycle/deploy/instance-info.ts';
import { DEPLOYABLE } from '../fakes/world.ts';

const NODE = {
  uuid: 'u',
  driver: 'redfish',
  properties: {},
  boot_mode: null,
  secure_boot: null,
} as const;
const check = (deploy: string, instance_info: object, more = {}): void =>
  checkInstanceInfo({ ...NODE, interfaces: { deploy }, instance_info: { ...instance_info }, ...more });

const NO_HASH = { image_os_hash_algo: null, image_os_hash_value: null };
const KERNEL = { kernel: 'http://10.20.0.9/vmlinuz', ramdisk: 'http://10.20.0.9/initrd.gz' };

describe('instance_info of a node that is written an image', () => {
  it.each([
    ['an image with its checksum', {}],
    ['the type that ingot writes', { image_type: 'whole-disk', ...KERNEL }],
    ['nothing to preserve', { preserve_ephemeral: 'False' }],
    ['a list of checksums', { image_os_hash_value: 'https://images/SHA256SUMS' }],
    ['a list of checksums of any kind', { ...NO_HASH, image_checksum: 'http://images/CHECKSUM?v=1' }],
  ])('is good with %s', (_name, more) => {
    expect(() => check('direct', { ...DEPLOYABLE, ...more })).not.toThrow();
  });

  it.each([
    ['the image of a partition', { image_type: 'partition' }, 'image_type "partition" is not whole-disk'],
    ['a kernel and a ramdisk', KERNEL, 'kernel and ramdisk make its image one of a partition'],
    ['something to preserve', { preserve_ephemeral: true }, 'preserve_ephemeral cannot be honoured'],
    ['an ISO', { boot_iso: 'http://10.20.0.9/a.iso' }, 'boot_iso is for deploy_interface ramdisk'],
    ['an MD5', { ...NO_HASH, image_checksum: 'a'.repeat(32) }, 'its image_checksum is an MD5'],
    ['a list in a file', { ...NO_HASH, image_checksum: 'file:///SUMS' }, 'the checksum is no SHA-256'],
    [
      'a list for an algorithm that is too weak',
      { image_os_hash_algo: 'md5', image_os_hash_value: 'https://images/MD5SUMS' },
      'the checksum is no SHA-256',
    ],
    ['an image by FTP', { image_source: 'ftp://images/a.raw' }, 'image_source must be an http://'],
    ['an image at no address', { image_source: 'http://[::1/a.raw' }, 'image_source must be an http://'],
  ])('is refused with %s', (_name, more, problem) => {
    expect(() => check('direct', { ...DEPLOYABLE, ...more })).toThrow(
      `Node u cannot be deployed: ${problem}`,
    );
  });
});

describe('instance_info of a node that boots from the network', () => {
  it('names a kernel, its ramdisk and its words, or an ISO', () => {
    const words = 'console=ttyS0  quiet';
    expect(readInstanceBoot({ ...KERNEL, kernel_append_params: words })).toEqual({
      kind: 'kernel',
      ...KERNEL,
      words: ['console=ttyS0', 'quiet'],
    });
    const url = 'https://images/live.iso?x=1';
    expect(readInstanceBoot({ boot_iso: url })).toEqual({ kind: 'iso', url });
    expect(() => check('ramdisk', KERNEL)).not.toThrow();
  });

  it.each([
    ['nothing', {}, 'nothing to boot from the network'],
    ['half of it', { kernel: KERNEL.kernel }, 'nothing to boot from the network'],
    ['both', { ...KERNEL, boot_iso: 'http://a/b' }, 'boot_iso stands beside kernel or ramdisk'],
    [
      'an image and an ISO',
      { image_source: 'http://a', boot_iso: 'http://a/b' },
      'may not be specified at the same time',
    ],
    ['a file', { ...KERNEL, kernel: 'file:///vmlinuz' }, 'kernel must be an http:// or https:// URL'],
    [
      'a line break',
      { ...KERNEL, ramdisk: 'http://a/b\nshell' },
      'ramdisk must be an http:// or https:// URL',
    ],
    [
      'an iPXE setting',
      { boot_iso: 'http://a/$' + '{net0/mac}' },
      'boot_iso must be an http:// or https:// URL',
    ],
    [
      'a login',
      { ...KERNEL, kernel: 'http://user:hidden@10.20.0.9/vmlinuz' },
      'kernel holds a secret, which anybody on the PXE network could read',
    ],
    [
      'a signature',
      { boot_iso: 'https://a/b?X-Amz-Signature=hidden' },
      'boot_iso holds a secret, which anybody',
    ],
    ['a token', { ...KERNEL, ramdisk: 'http://a/b?token=hidden' }, 'ramdisk holds a secret, which anybody'],
    [
      'the password of its system',
      { ...KERNEL, kernel_append_params: 'quiet live.password=hidden' },
      'kernel_append_params holds a secret, which anybody',
    ],
    [
      'the login of a configuration',
      { ...KERNEL, kernel_append_params: 'inst.ks=http://user:hidden@a/ks' },
      'kernel_append_params holds a secret, which anybody',
    ],
    [
      'an iPXE command',
      { ...KERNEL, kernel_append_params: 'quiet && shell' },
      'kernel_append_params is no line of words',
    ],
    [
      'another line',
      { ...KERNEL, kernel_append_params: 'quiet\nshell' },
      'kernel_append_params is no line of words',
    ],
  ])('is refused with %s', (_name, info, problem) => {
    expect(() => check('ramdisk', info)).toThrow(problem);
  });

  it.each([{ user_data: '#cloud-config' }, 'H4sIAAAA', { meta_data: {} }])(
    'with a config drive is refused, for nobody would read it: %j',
    (configdrive) => {
      expect(() => check('ramdisk', { ...KERNEL, configdrive })).toThrow(
        'a config drive would not reach its system',
      );
    },
  );

  it.each([{}, null])('with an empty config drive is what it is without: %j', (configdrive) => {
    expect(() => check('ramdisk', { ...KERNEL, configdrive })).not.toThrow();
  });

  it('does not go with Secure Boot', () => {
    expect(() => check('ramdisk', KERNEL, { properties: { capabilities: 'secure_boot:true' } })).toThrow(
      'it uses Secure Boot, and its deploy_interface ramdisk needs iPXE',
    );
  });
});

it('a node whose steps are all the operator’s own needs nothing in instance_info', () => {
  expect(() => check('custom-agent', {})).not.toThrow();
});
