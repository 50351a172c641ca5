/** A daemon that stands still while a flood comes: what the kernel drops then is counted, and told with its cause. */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EventAnswer } from '../../../src/cli/answers.ts';
import { statusDetails } from '../../../src/cli/status-answer.ts';
import { DAEMON_ADDRESS, type NetworkSite, startNetworkSite } from '../../bad-input/network-site.ts';

const PORTS = { dhcp: 67, tftp: 69, syslog: 514 } as const;
const KIND = 'network.datagrams_dropped';

let site: NetworkSite;
beforeAll(async () => {
  site = await startNetworkSite('drops');
  await site.wire.run('client', 'ip', 'address', 'add', '10.77.0.9/16', 'dev', 'c0');
  await Promise.all(Object.values(PORTS).map((port) => until(() => bound(port))));
});
afterAll(() => site?.stop());

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await holds()); await sleep(200))
    if (Date.now() > end) throw new Error(`in vain: ${holds.toString()}`);
}

async function bound(port: number): Promise<boolean> {
  return (await site.wire.run('server', 'ss', '-Hlun', `sport = :${port}`)).output.trim() !== '';
}

/** More than the largest buffer holds, from Debian's Python. */
const FLOOD = (port: number): string => `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(30000):
    s.sendto(b'x' * 300, ('${DAEMON_ADDRESS}', ${port}))
`;

async function counters(): Promise<Readonly<Record<string, number>>> {
  return statusDetails.parse(await site.daemon.client.status()).counters;
}

/** As Prometheus asks for them. */
async function metrics(): Promise<string> {
  const socket = site.daemon.url.replace('unix://', '');
  return (await promisify(execFile)('curl', ['-sS', '--unix-socket', socket, 'http://ingot/metrics'])).stdout;
}

/** The first so many of the kind. */
async function events(most: number): Promise<readonly EventAnswer[]> {
  const found: EventAnswer[] = [];
  for await (const event of site.daemon.client.events({ after: 0 })) {
    if (event.kind === KIND) found.push(event);
    if (found.length === most) break;
  }
  return found;
}

test('the flood is counted by server, in the status and in the metrics, and is an event', async () => {
  const pid = (await site.wire.run('server', 'ss', '-Hlunp', 'sport = :69')).output.match(/pid=(\d+)/)?.[1];
  process.kill(Number(pid), 'SIGSTOP');
  try {
    for (const port of Object.values(PORTS))
      await site.wire.run('client', '/usr/bin/python3', '-c', FLOOD(port));
  } finally {
    process.kill(Number(pid), 'SIGCONT');
  }
  for (const service of Object.keys(PORTS))
    await until(async () => ((await counters())[`${service}.dropped_by_kernel`] ?? 0) > 0);
  for (const service of Object.keys(PORTS))
    expect(await metrics()).toMatch(
      new RegExp(`ingot_packets_total{service="${service}",reason="dropped_by_kernel"} [1-9]`),
    );
  const told = await events(Object.keys(PORTS).length);
  expect(told.map(({ data }) => data.server).sort()).toEqual(['DHCP', 'TFTP', 'syslog']);
  for (const { message, severity, data } of told) {
    expect(severity).toBe('warning');
    expect(message).toContain(`dropped ${data.datagrams} datagrams to ${data.server} on pxe before`);
  }
});
