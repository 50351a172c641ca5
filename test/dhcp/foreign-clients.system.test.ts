import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningServer, type Settings, startServer, startServerWithSocket } from './running-server.ts';
import { layWire, type Wire } from './wire.ts';

const MAC = '02:00:00:00:77:01';

let wire: Wire;
let folder: string;
const servers: RunningServer[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-dhcp-'));
  wire = await layWire('dhcp');
  await wire.addCable(0, '10.77.0.1/16');
  await wire.run('client', 'ip', 'link', 'set', 'c0', 'address', MAC);
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.end('SIGTERM');
  await wire.remove();
  await rm(folder, { recursive: true });
});

async function serve(settings: Partial<Settings> = {}): Promise<RunningServer> {
  const server = await startServer(wire, {
    journal: join(folder, 'leases.db'),
    interface: 's0',
    ...settings,
  });
  servers.push(server);
  return server;
}

/** A script for DHCP clients that writes the variables they give it to a file. */
async function variablesScript(): Promise<{ path: string; read: () => Record<string, string> }> {
  const path = join(folder, 'script');
  const out = join(folder, 'variables');
  await writeFile(path, `#!/bin/sh\ncase "$1$reason" in deconfig|PREINIT) ;; *) env >> ${out} ;; esac\n`);
  await chmod(path, 0o755);
  const read = (): Record<string, string> =>
    Object.fromEntries(
      readFileSync(out, 'utf8')
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  return { path, read };
}

describe('busybox udhcpc', () => {
  it('gets an address with everything it needs to boot', async () => {
    await serve();
    const script = await variablesScript();
    const { code, output } = await wire.run(
      'client',
      'udhcpc',
      '-i',
      'c0',
      '-f',
      '-n',
      '-q',
      '-s',
      script.path,
    );
    expect(code, output).toBe(0);
    expect(script.read()).toMatchObject({
      ip: '10.77.1.1',
      mask: '16',
      siaddr: '10.77.0.1',
      serverid: '10.77.0.1',
      boot_file: 'undionly.kpxe',
      lease: '3600',
      dns: '10.77.0.2',
    });
  });

  it('gets its reservation, also from a server that serves known machines only', async () => {
    await serve({ mode: 'reservations', reservations: [{ mac: MAC, address: '10.77.200.7' }] });
    const { output } = await wire.run('client', 'udhcpc', '-i', 'c0', '-f', '-n', '-q', '-s', '/bin/true');
    expect(output).toContain('10.77.200.7');
  });

  it('keeps its address by client identifier with another MAC, also over a restart, where leases are kept so', async () => {
    const asked = async (id: string): Promise<string> => {
      const words = ['-i', 'c0', '-f', '-n', '-q', '-C', '-x', `0x3d:${id}`, '-s', '/bin/true'];
      const { output } = await wire.run('client', 'udhcpc', ...words);
      return /lease of (\S+) obtained/.exec(output)?.[1] ?? output;
    };
    const first = await serve({ identity: 'client-id' });
    const address = await asked('ff0000000100020000ab1107');
    await wire.run('client', 'ip', 'link', 'set', 'c0', 'address', '02:00:00:00:77:02');
    expect(await asked('ff0000000100020000ab1107')).toBe(address);
    expect(await asked('ff0000000100020000ab1108')).not.toBe(address);
    await first.end('SIGKILL');
    servers.length = 0;
    await serve({ identity: 'client-id' });
    expect(await asked('ff0000000100020000ab1107')).toBe(address);
  });

  it('gets nothing there as a stranger, and one fact says why', async () => {
    const server = await serve({ mode: 'reservations' });
    const { code } = await wire.run(
      'client',
      'udhcpc',
      '-i',
      'c0',
      '-f',
      '-n',
      '-q',
      '-t',
      '3',
      '-T',
      '1',
      '-s',
      '/bin/true',
    );
    expect(code).toBe(1);
    const { counters } = await server.report();
    expect(counters.unknown_client).toBeGreaterThanOrEqual(2);
    expect(server.facts.map(({ kind, mac }) => `${kind} ${mac}`)).toEqual([`dhcp.discover ${MAC}`]);
  });

  it('is served on the interface that it asks on, by the server of that network', async () => {
    await wire.addCable(1, '10.78.0.1/16');
    await serve();
    await serve({
      journal: join(folder, 'leases-1.db'),
      interface: 's1',
      cidr: '10.78.0.0/16',
      address: '10.78.0.1',
      range: { from: '10.78.1.1', to: '10.78.1.9' },
    });
    const ask = (nic: string) => wire.run('client', 'udhcpc', '-i', nic, '-f', '-n', '-q', '-s', '/bin/true');
    const [first, second] = [await ask('c0'), await ask('c1')];
    expect(first.output).toContain('lease of 10.77.1.1 obtained');
    expect(second.output).toContain('lease of 10.78.1.1 obtained');
  });

  it('gets an address of the second network on its wire when the first has none left', async () => {
    const second = { name: 'second', interface: 's0', cidr: '10.79.0.0/24', address: '10.79.0.1' };
    await serve({
      range: { from: '10.77.1.1', to: '10.77.1.1' },
      more: [{ ...second, gateway: '10.79.0.254', range: { from: '10.79.0.10', to: '10.79.0.19' } }],
    });
    const ask = () => wire.run('client', 'udhcpc', '-i', 'c0', '-f', '-n', '-q', '-s', '/bin/true');
    expect((await ask()).output).toContain('lease of 10.77.1.1 obtained from 10.77.0.1');
    await wire.run('client', 'ip', 'link', 'set', 'c0', 'address', '02:00:00:00:77:02');
    expect((await ask()).output).toContain('lease of 10.79.0.10 obtained from 10.79.0.1');
  });

  it('is served over a socket that was passed to the process', async () => {
    const settings = { journal: join(folder, 'leases.db'), interface: 's0' };
    servers.push(await startServerWithSocket(wire, settings));
    const { output } = await wire.run('client', 'udhcpc', '-i', 'c0', '-f', '-n', '-q', '-s', '/bin/true');
    expect(output).toContain('lease of 10.77.1.1 obtained');
  });
});

describe('ISC dhclient', () => {
  const dhclient = (script: string, ...args: string[]) =>
    wire.run(
      'client',
      'dhclient',
      '-1',
      '-sf',
      script,
      '-lf',
      join(folder, 'dhclient.leases'),
      '-pf',
      join(folder, 'dhclient.pid'),
      ...args,
      'c0',
    );

  it('takes an address, asks for it again after a restart, and gives it back', async () => {
    const server = await serve();
    const script = await variablesScript();
    await dhclient(script.path);
    const first = script.read();
    expect(first).toMatchObject({
      reason: 'BOUND',
      new_ip_address: '10.77.1.1',
      new_filename: 'undionly.kpxe',
    });
    await dhclient(script.path, '-x');
    await dhclient(script.path);
    expect(script.read()).toMatchObject({ reason: 'REBOOT', new_ip_address: '10.77.1.1' });

    await wire.run('client', 'ip', 'address', 'add', '10.77.1.1/16', 'dev', 'c0');
    await dhclient('/bin/true', '-r');
    await expect.poll(async () => (await server.report()).counters.received_release).toBe(1);
    const { leases } = await server.report();
    expect(leases.filter(({ expiresAt }) => expiresAt > Date.now())).toEqual([]);
  });

  it('declines what its script finds in use, and nobody is offered that again, not even after a kill', async () => {
    const killed = await serve();
    const declining = join(folder, 'declining');
    await writeFile(declining, '#!/bin/sh\ntest "$reason" != BOUND\n');
    await chmod(declining, 0o755);
    const files = ['-lf', join(folder, 'declined.leases'), '-pf', join(folder, 'declined.pid')];
    wire.start('client', 'timeout', '30', 'dhclient', '-d', '-sf', declining, ...files, 'c0');
    const declined = () => killed.facts.find(({ kind }) => kind === 'dhcp.decline')?.sentence;
    await expect.poll(declined, { timeout: 20_000 }).toContain('found 10.77.1.1 in use');
    const ask = async (mac: string): Promise<string> => {
      await wire.run('client', 'ip', 'link', 'set', 'c0', 'address', mac);
      const words = ['-i', 'c0', '-f', '-n', '-q', '-r', '10.77.1.1', '-s', '/bin/true'];
      return (await wire.run('client', 'udhcpc', ...words)).output;
    };
    // With this lease all that was written before it is on disk.
    const before = await ask('02:00:00:00:77:02');
    servers.length = 0;
    await killed.end('SIGKILL');
    await serve();
    const after = await ask('02:00:00:00:77:03');
    for (const output of [before, after]) {
      expect(output).toMatch(/lease of 10\.77\.1\.\d+ obtained/);
      expect(output).not.toContain('lease of 10.77.1.1 obtained');
    }
  });

  it('keeps its address though the server is killed and others ask meanwhile', async () => {
    const killed = await serve();
    const script = await variablesScript();
    await dhclient(script.path);
    servers.length = 0;
    await killed.end('SIGKILL');
    await serve();
    await wire.run('client', 'ip', 'link', 'set', 'c0', 'address', '02:00:00:00:77:02');
    const other = await wire.run('client', 'udhcpc', '-i', 'c0', '-f', '-n', '-q', '-s', '/bin/true');
    expect(other.output).toContain('lease of 10.77.1.2 obtained');
    await wire.run('client', 'ip', 'link', 'set', 'c0', 'address', MAC);
    await dhclient(script.path, '-x');
    await rm(join(folder, 'dhclient.leases'));
    await dhclient(script.path);
    expect(script.read()).toMatchObject({ reason: 'BOUND', new_ip_address: '10.77.1.1' });
  });
});

describe('perfdhcp, which is a relay with many machines behind it', () => {
  it('loses no exchange, and each machine has an address of its own', async () => {
    const server = await serve({ facts: false });
    await wire.run('client', 'ip', 'address', 'add', '10.77.0.9/16', 'dev', 'c0');
    const args = [
      '-4',
      '-l',
      'c0',
      '-R',
      '500',
      '-r',
      '100',
      '-n',
      '500',
      '-d',
      '10',
      '-W',
      '1000000',
      '10.77.0.1',
    ];
    const { output } = await wire.run('client', 'perfdhcp', ...args);
    const { leases, counters } = await server.report();
    expect(output.match(/drops: \d+/g), output).toEqual(['drops: 0', 'drops: 0']);
    expect(counters.sent_ack).toBeGreaterThan(0);
    expect(new Set(leases.map(({ address }) => address)).size).toBe(leases.length);
    expect(new Set(leases.map(({ mac }) => mac)).size).toBe(leases.length);
  });
});

describe('the client of the npm package dhcp', () => {
  it('is bound to an address', async () => {
    await serve();
    await wire.run('client', 'ip', 'route', 'add', '255.255.255.255', 'dev', 'c0');
    const program = fileURLToPath(new URL('npm-dhcp-client.ts', import.meta.url));
    const { output } = await wire.run('client', process.execPath, program, MAC);
    expect(output).toContain('bound 10.77.1.1');
  });
});
