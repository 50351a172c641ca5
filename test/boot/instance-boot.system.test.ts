/**
 * What a node of `deploy_interface: ramdisk` boots, by a real iPXE (QEMU's own, in a BIOS machine): Debian's ipxe.lkrn
 * stands for a kernel, and runs the script that it is given as its ramdisk (words it would take for commands).
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import type { InstanceBoot } from '../../src/boot/decision.ts';
import { renderIpxeScript } from '../../src/boot/ipxe-script.ts';
import { serveInTest } from '../rig/serve-in-test.ts';
import { entry, MAC, SITE } from './fixtures.ts';

/** Ours, as QEMU's user network shows it to the machine. */
const HOST = '10.0.2.2';
const A_BOOT = { timeout: 180_000, interval: 200 };

/** Serves files by path, HEAD and ranges too, and remembers what was asked for. */
async function fileServer(files: (url: string) => Readonly<Record<string, Buffer | string>>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const file = files(url)[path];
    if (file === undefined) return response.writeHead(404).end();
    const content = Buffer.from(file);
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const part = first === undefined ? content : content.subarray(Number(first), Number(last) + 1);
    const range = first === undefined ? {} : { 'content-range': `bytes ${first}-${last}/${content.length}` };
    response.writeHead(first === undefined ? 200 : 206, {
      'content-length': part.length,
      'accept-ranges': 'bytes',
      ...range,
    });
    return response.end(request.method === 'HEAD' ? undefined : part);
  });
  const port = await serveInTest(server);
  const url = `http://${HOST}:${port}`;
  return { url, asked };
}

/** Starts a machine from the network; it is switched off when the test ends. */
function startMachine(bootFile: string): void {
  const machine = [
    '-machine',
    'pc,accel=tcg',
    '-m',
    '256',
    '-display',
    'none',
    '-boot',
    'n',
    '-no-user-config',
  ];
  const network = ['-netdev', `user,id=n,bootfile=${bootFile}`, '-device', 'e1000,netdev=n'];
  const qemu = spawn('qemu-system-x86_64', [...machine, ...network], { stdio: 'ignore' });
  onTestFinished(() => void qemu.kill('SIGKILL'));
}

function script(instance: InstanceBoot): string {
  return renderIpxeScript({
    mac: MAC,
    entry: { ...entry('instance'), instance },
    site: SITE,
    kernelArgs: '',
  });
}

test('a kernel and its ramdisk are loaded and started', { timeout: 200_000 }, async () => {
  const kernel = await readFile('/usr/lib/ipxe/ipxe.lkrn');
  const { url, asked } = await fileServer((base) => ({
    '/script': script({
      kind: 'kernel',
      kernel: `${base}/vmlinuz`,
      ramdisk: `${base}/initrd`,
      words: [],
    }),
    '/vmlinuz': kernel,
    '/initrd': `#!ipxe\ndhcp\nchain ${base}/started\n`,
  }));
  startMachine(`${url}/script`);
  await expect.poll(() => asked, A_BOOT).toContain('/started');
  expect(asked).toEqual(expect.arrayContaining(['/script', '/vmlinuz', '/initrd']));
});

test('an ISO is opened over HTTP, and its boot loader runs', { timeout: 200_000 }, async () => {
  const iso = await readFile('/usr/lib/ipxe/ipxe.iso');
  const { url, asked } = await fileServer((base) => ({
    '/script': script({ kind: 'iso', url: `${base}/live.iso` }),
    '/live.iso': iso,
  }));
  startMachine(`${url}/script`);
  // The iPXE on the ISO boots as every iPXE does: it asks DHCP, and comes for the script in its turn.
  const rounds = (): number => asked.filter((path) => path === '/script').length;
  await expect.poll(rounds, A_BOOT).toBeGreaterThan(1);
  expect(asked.indexOf('/live.iso')).toBeLessThan(asked.lastIndexOf('/script'));
});
