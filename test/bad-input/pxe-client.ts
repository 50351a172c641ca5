/**
 * A machine's network boot, step by step, played by Debian's clients on the client's side of a wire: busybox
 * udhcpc, atftp and curl. Each step follows what the step before was told, as firmware and iPXE do.
 */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Wire } from '../dhcp/wire.ts';

const NIC = 'c0';

export type PxeClient = {
  /** Puts another machine on the wire: its NIC has this MAC and no address. */
  become(mac: string): Promise<void>;
  /** UEFI HTTP boot asks by DHCP and takes the address. */
  httpBootDhcp(): Promise<void>;
  /** A BIOS ROM's iPXE that has no HTTP asks by DHCP and takes the address. */
  oldIpxeDhcp(): Promise<void>;
  /** What DHCP named last; null: nothing to boot. */
  bootFile(): Promise<string | null>;
  /** UEFI firmware asks by DHCP and takes the address. */
  firmwareDhcp(): Promise<void>;
  /** Fetches what DHCP named by TFTP, or another file instead; `output` is what the client complains of. */
  tftp(file?: string): Promise<{ readonly output: string; readonly content: Buffer | null }>;
  /** iPXE asks again by DHCP and fetches its script; resolves to it. */
  ipxeScript(): Promise<string>;
  /** An iPXE with HTTPS asks by DHCP. */
  httpsIpxeDhcp(): Promise<void>;
  /** Fetches the files that the script names in lines with this word. */
  fetchFromScript(word: 'kernel' | 'initrd'): Promise<void>;
  /** What the ramdisk's agent does first. */
  lookUp(mac: string): Promise<void>;
  remove(): Promise<void>;
};

/** UEFI on x86-64 (RFC 4578), as EDK2 says it. */
const FIRMWARE = ['-V', 'PXEClient:Arch:00007:UNDI:003016', '-x', '0x5d:0007'];
/** The user class "iPXE", and option 175 with the feature HTTP. */
const IPXE = [...FIRMWARE, '-x', '0x4d:69505845', '-x', '0xaf:130101'];

/** Without the feature HTTP: TFTP (0x15) and DNS (0x17) only. */
const OLD_IPXE = [
  '-V',
  'PXEClient:Arch:00000:UNDI:002001',
  '-x',
  '0x5d:0000',
  '-x',
  '0x4d:69505845',
  '-x',
  '0xaf:150101170101',
];

export async function createPxeClient(wire: Wire): Promise<PxeClient> {
  const folder = await mkdtemp(join(tmpdir(), 'ingot-pxe-client-'));
  const [script, variables, target] = ['on-dhcp', 'variables', 'target'].map((name) => join(folder, name));
  if (script === undefined || variables === undefined || target === undefined) throw new Error('no files');
  await writeFile(
    script,
    `#!/bin/sh
[ "$1" = deconfig ] && exit
env > ${variables}
ip address replace $ip/$mask dev ${NIC}
`,
  );
  await chmod(script, 0o755);

  const run = async (program: string, ...args: readonly string[]): Promise<string> => {
    const { code, output } = await wire.run('client', program, ...args);
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${output}`);
    return output;
  };
  const dhcp = async (words: readonly string[]): Promise<void> => {
    await run('udhcpc', '-i', NIC, '-f', '-n', '-q', '-t', '5', '-T', '1', '-s', script, ...words);
  };
  const heard = async (name: string): Promise<string | null> => {
    const line = (await readFile(variables, 'utf8')).split('\n').find((one) => one.startsWith(`${name}=`));
    return line?.slice(name.length + 1) ?? null;
  };
  const told = async (name: string): Promise<string> => {
    const value = await heard(name);
    if (value === null) throw new Error(`DHCP did not tell ${name}`);
    return value;
  };
  const curl = async (url: string, ...words: readonly string[]): Promise<string> => {
    await run('curl', '-sS', '-f', '--noproxy', '*', '-o', target, ...words, url);
    return await readFile(target, 'utf8');
  };
  let ipxeScript = '';

  return {
    become: async (mac) => {
      await run('ip', 'address', 'flush', 'dev', NIC);
      await run('ip', 'link', 'set', NIC, 'address', mac);
    },
    firmwareDhcp: () => dhcp(FIRMWARE),
    httpBootDhcp: () => dhcp(['-V', 'HTTPClient:Arch:00016:UNDI:003016', '-x', '0x5d:0010']),
    oldIpxeDhcp: () => dhcp(OLD_IPXE),
    bootFile: () => heard('boot_file'),
    tftp: async (file) => {
      await rm(target, { force: true });
      const [name, server] = [file ?? (await told('boot_file')), await told('siaddr')];
      const { output } = await wire.run('client', 'atftp', '--get', '-r', name, '-l', target, server);
      return { output, content: await readFile(target).catch(() => null) };
    },
    ipxeScript: async () => {
      await dhcp(IPXE);
      ipxeScript = await curl(await told('boot_file'));
      return ipxeScript;
    },
    httpsIpxeDhcp: () => dhcp(IPXE.map((word) => word.replace('0xaf:', '0xaf:140101'))),
    fetchFromScript: async (word) => {
      for (const [, url = ''] of ipxeScript.matchAll(new RegExp(`^${word} (\\S+)`, 'gm'))) {
        // A variable of the script: empty on this machine's processor.
        await curl(url.replace('$' + '{folder}', ''));
      }
    },
    lookUp: async (mac) => {
      const [api, ticket] = ['ipa-api-url', 'ingot-ticket'].map(
        (word) => new RegExp(`${word}=(\\S+)`).exec(ipxeScript)?.[1] ?? '',
      );
      // That the right server answers is the agent's to know.
      await curl(`${api}/v1/lookup?addresses=${mac}`, '--insecure', '-H', `X-Ingot-Ticket: ${ticket}`);
    },
    remove: () => rm(folder, { recursive: true }),
  };
}
