/** Debian's DHCP servers, run in a namespace as their operators would, with one reservation and one range. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ForeignServer } from '../../src/dhcp-import/read-foreign.ts';
import type { Wire } from '../dhcp/wire.ts';

const UNPACKED = join(import.meta.dirname, '../../.cache/debian');

export const RESERVED = { mac: '02:00:00:00:77:0a', address: '10.77.5.5', hostname: 'rack1-u10' };
const RANGE = { from: '10.77.1.10', to: '10.77.1.99' };

/** A server's files, by what they are, and how it is started once they are written. */
type Recipe = {
  readonly config: (paths: Paths) => string;
  readonly argv: (paths: Paths) => readonly [string, ...string[]];
};
type Paths = { readonly dir: string; readonly config: string; readonly leases: string };

const RECIPES: { readonly [server in ForeignServer]: Recipe } = {
  kea: {
    config: ({ leases }) => `// Kea's own comments.
{ "Dhcp4": {
  "interfaces-config": { "interfaces": [ "s0" ] }, # one NIC
  "lease-database": { "type": "memfile", "persist": true, "name": "${leases}", "lfc-interval": 0 },
  "valid-lifetime": 3600,
  "subnet4": [ {
    "subnet": "10.77.0.0/16", "pools": [ { "pool": "${RANGE.from} - ${RANGE.to}" } ],
    "reservations": [
      { "hw-address": "${RESERVED.mac.toUpperCase()}", "ip-address": "${RESERVED.address}", "hostname": "${RESERVED.hostname}" }
    ] } ]
} }
`,
    argv: ({ dir, config }) => [
      ...(['env', `KEA_PIDFILE_DIR=${dir}`, `KEA_LOCKFILE_DIR=${dir}`] as const),
      join(UNPACKED, 'kea-dhcp4-server/usr/sbin/kea-dhcp4'),
      '-c',
      config,
    ],
  },
  isc: {
    config: () => `# dhcpd.conf
default-lease-time 3600; max-lease-time 3600; authoritative; ping-check false;
subnet 10.77.0.0 netmask 255.255.0.0 {
  range ${RANGE.from} ${RANGE.to};
  host ${RESERVED.hostname} { hardware ethernet ${RESERVED.mac}; fixed-address ${RESERVED.address}; }
}
`,
    argv: ({ dir, config, leases }) => [
      join(UNPACKED, 'isc-dhcp-server/usr/sbin/dhcpd'),
      '-4',
      '-f',
      '-q',
      '-cf',
      config,
      '-lf',
      leases,
      '-pf',
      join(dir, 'dhcpd.pid'),
      's0',
    ],
  },
  dnsmasq: {
    config: ({ leases }) => `port=0
interface=s0
no-ping
dhcp-authoritative
user=root
dhcp-range=${RANGE.from},${RANGE.to},1h
dhcp-host=${RESERVED.mac},${RESERVED.hostname},${RESERVED.address},1h
dhcp-leasefile=${leases}
`,
    argv: ({ config }) => ['dnsmasq', '--keep-in-foreground', `--conf-file=${config}`],
  },
};

export type ForeignRun = {
  /** Configuration and leases, as `ingot dhcp import` takes them. */
  readonly files: readonly string[];
  /** Ends it as its init system would; then its files are whole. */
  stop(): Promise<void>;
};

/** Its clients ask until it answers. */
export async function startForeign(server: ForeignServer, wire: Wire, folder: string): Promise<ForeignRun> {
  const dir = join(folder, server);
  await mkdir(dir);
  const paths: Paths = { dir, config: join(dir, 'config'), leases: join(dir, 'leases') };
  const { config, argv } = RECIPES[server];
  await writeFile(paths.config, config(paths));
  // dhcpd wants its leases file to be there.
  if (server === 'isc') await writeFile(paths.leases, '');
  const [program = '', ...words] = [...wire.enter('server'), ...argv(paths)];
  const child: ChildProcess = spawn(program, words, { stdio: 'ignore' });
  const exited = once(child, 'exit');
  return {
    files: [paths.config, paths.leases],
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
