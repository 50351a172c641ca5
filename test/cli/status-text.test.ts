import { expect, test } from 'vitest';
import { formatStatus } from '../../src/cli/status-text.ts';

const QUIET = {
  version: '0.1.0',
  uptime_s: 200,
  resident_mib: 120,
  listeners: [],
  missing: [],
  counters: { dropped: 0 },
  other_dhcp_servers: [],
  leases: 0,
  running_jobs: 0,
  bmc_troubles: {},
  nodes_by_state: {},
};

const GENERAL =
  'version       0.1.0\nup for        3 min 20 s\nmemory        120 MiB\nrunning jobs  0\nleases        0\n';

test('a daemon with nothing to tell tells only how it is', () => {
  expect(formatStatus(QUIET)).toBe(GENERAL);
});

test('the space on the disk of the state folder is told, and what is wrong with it', () => {
  const text = (problem: string | null) => formatStatus({ ...QUIET, disk: { free_mib: 5120, problem } });
  expect(text(null)).toContain('\ndisk          5120 MiB free\n');
  expect(text('The disk of /var/lib/ingot has 0.2 GiB free. Free space on it.')).toContain(
    '\ndisk          The disk of /var/lib/ingot has 0.2 GiB free. Free space on it.\n',
  );
});

test('the listener with a problem comes first, and each missing thing has its line', () => {
  const text = formatStatus({
    ...QUIET,
    listeners: [
      { name: 'API', at: '127.0.0.1:6385', problem: null },
      { name: 'DHCP pxe', at: 'eth1:67', problem: 'The interface eth1 is not there.' },
    ],
    other_dhcp_servers: [
      { network: 'pxe', address: '10.20.0.5', mac: '52:54:00:00:00:05', last_seen: '2026-11-22T13:00:00Z' },
    ],
    missing: ['There is no ramdisk. Build it.', 'There is no iPXE. Fetch it.'],
    counters: { 'dhcp.no_range': 0, 'dhcp.malformed': 3 },
    bmc_troubles: { unreachable: 12 },
    nodes_by_state: { active: 2, 'deploy failed': 1 },
  });
  expect(text).toBe(`${GENERAL}
Listeners:
  DHCP pxe (eth1:67)    NOT SERVING: The interface eth1 is not there.
  API (127.0.0.1:6385)  serving

Missing or damaged:
  There is no ramdisk. Build it.
  There is no iPXE. Fetch it.

DHCP servers that are not ours:
  10.20.0.5 on pxe  MAC 52:54:00:00:00:05, last seen 2026-11-22T13:00:00Z

BMCs in trouble:
  unreachable  12

Nodes:
  active         2
  deploy failed  1

Counters:
  dhcp.malformed  3
`);
});
