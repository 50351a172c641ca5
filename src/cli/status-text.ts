/** The daemon's condition for a human: what is wrong first, and nothing that is zero. Pure. */
import type { StatusDetails } from './status-answer.ts';
import { formatFacts, formatSeconds } from './table.ts';

export function formatStatus(status: StatusDetails): string {
  const { version, uptime_s, resident_mib, running_jobs, leases, disk } = status;
  const problems = status.listeners.flatMap(({ name, at, problem }) =>
    problem === null ? [] : [[`${name} (${at})`, `NOT SERVING: ${problem}`] as const],
  );
  const serving = status.listeners.flatMap(({ name, at, problem }) =>
    problem === null ? [[`${name} (${at})`, 'serving'] as const] : [],
  );
  const general = [
    ['version', version],
    ['up for', formatSeconds(uptime_s)],
    ['memory', `${resident_mib} MiB`],
    ...(disk == null ? [] : [['disk', disk.problem ?? `${disk.free_mib} MiB free`] as const]),
    ['running jobs', String(running_jobs)],
    ['leases', String(leases)],
  ] as const;
  return [
    formatFacts(general),
    section('Listeners', formatFacts([...problems, ...serving])),
    section('Missing or damaged', status.missing.map((sentence) => `${sentence}\n`).join('')),
    section('DHCP servers that are not ours', formatFacts(status.other_dhcp_servers.map(otherServer))),
    section('BMCs in trouble', formatFacts(counts(status.bmc_troubles))),
    section('Nodes', formatFacts(counts(status.nodes_by_state))),
    section('Counters', formatFacts(counts(status.counters))),
  ].join('');
}

/** `10.20.0.5 on pxe`, `MAC 52:54:..., seen 2026-...`. */
function otherServer(server: StatusDetails['other_dhcp_servers'][number]): readonly [string, string] {
  const { network, address, mac, last_seen } = server;
  return [`${address} on ${network}`, `MAC ${mac ?? 'not seen'}, last seen ${last_seen}`];
}

function counts(numbers: Readonly<Record<string, number>>): readonly (readonly [string, string])[] {
  return Object.entries(numbers)
    .filter(([, count]) => count !== 0)
    .map(([name, count]) => [name, String(count)]);
}

/** A heading and its lines, indented; nothing when there are none. */
function section(heading: string, lines: string): string {
  return lines === '' ? '' : `\n${heading}:\n${lines.replaceAll(/^(?=.)/gm, '  ')}`;
}
