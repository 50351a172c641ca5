/** Whether packets wait for the API: how quickly DHCP and TFTP answer while 1,000 nodes are listed in a loop. */
import { request } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { type Ingot, startIngot } from './contenders/ingot.ts';
import { AT_ONCE, type Field, layField, SERVER } from './field.ts';
import { type Figure, type Measure, percentile, rounded, type Tools } from './measure.ts';
import { loadDhcp } from './perfdhcp.ts';

const NODES = 1_000;
const SECONDS = 20;
/** A storm of machines is some hundred a second; what is measured is the waiting, not the limit. */
const EXCHANGES_PER_SECOND = 200;
const GOAL_MS = 5;

const probeShape = z.object({ latencies: z.array(z.number()), lost: z.number().default(0) });

export const busy: Measure = {
  about: `latency of DHCP and TFTP while the API lists ${NODES} nodes in a loop`,
  run: async (tools: Tools): Promise<readonly Figure[]> => {
    const field = await layField('busy', tools);
    const ingot = await startIngot(field, {}, tools);
    tools.say(`enrolling ${NODES} nodes`);
    for (let index = 0; index < NODES; index++) await ingot.client.nodes.enroll(node(index));

    tools.say(`${SECONDS} s of DHCP and TFTP with a quiet API`);
    const quiet = await latencies(field);
    tools.say(`${SECONDS} s of DHCP and TFTP with a busy API`);
    const lister = listNodes(ingot);
    const busyTimes = await latencies(field);
    const lists = await lister.stop();
    return [
      ...figures('quiet', quiet),
      ...figures('busy', busyTimes, { at_most: GOAL_MS }),
      { name: 'lists_per_second', value: rounded(lists / SECONDS), unit: 'lists of 1,000 nodes a second' },
    ];
  },
};

const node = (index: number) => ({
  name: `bench-${index}`,
  driver: 'redfish',
  driver_info: { redfish_address: 'https://192.0.2.1', redfish_username: 'admin', redfish_password: 'bench' },
  ports: [{ address: `52:54:00:${[index >> 16, (index >> 8) & 255, index & 255].map(hex).join(':')}` }],
});
const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

/** Milliseconds of each answer. */
type Times = {
  readonly offers: readonly number[];
  readonly acks: readonly number[];
  readonly tftp: readonly number[];
  /** Of the disk that holds the leases, asked by a process of its own: no ACK can be quicker. */
  readonly flushes: readonly number[];
  readonly lost: number;
};

/** Both services at once, asked by programs in the client's namespace. */
async function latencies(field: Field): Promise<Times> {
  const program = (name: string) => [...AT_ONCE, process.execPath, join(import.meta.dirname, name)] as const;
  const [dhcp, tftp, disk] = await Promise.all([
    loadDhcp(field, { rate: EXCHANGES_PER_SECOND, seconds: SECONDS, clients: 10_000, timed: true }),
    field.wire.run('client', ...program('tftp-probe.ts'), SERVER.address, 'undionly.kpxe', String(SECONDS)),
    field.wire.run('client', ...program('disk-probe.ts'), field.dir, String(SECONDS)),
  ]);
  for (const probe of [tftp, disk]) if (probe.code !== 0) throw new Error(`a probe failed: ${probe.output}`);
  const probed = probeShape.parse(JSON.parse(tftp.output));
  return {
    offers: dhcp.offers,
    acks: dhcp.acks,
    tftp: probed.latencies,
    flushes: probeShape.parse(JSON.parse(disk.output)).latencies,
    lost: dhcp.lost + probed.lost / (probed.latencies.length + probed.lost),
  };
}

function figures(when: string, times: Times, goal?: { readonly at_most: number }): readonly Figure[] {
  const { offers, acks, tftp, flushes } = times;
  const at = (values: readonly number[], share: number): number => rounded(percentile(values, share));
  const dhcp = [...offers, ...acks];
  const bound = goal === undefined ? {} : { goal };
  return [
    { name: `${when}_dhcp_p50_ms`, value: at(dhcp, 0.5), unit: 'ms' },
    { name: `${when}_dhcp_p99_ms`, value: at(dhcp, 0.99), unit: 'ms', ...bound },
    { name: `${when}_dhcp_offer_p99_ms`, value: at(offers, 0.99), unit: 'ms' },
    { name: `${when}_dhcp_ack_p99_ms`, value: at(acks, 0.99), unit: 'ms' },
    { name: `${when}_disk_flush_p99_ms`, value: at(flushes, 0.99), unit: 'ms (what an ACK waits for)' },
    { name: `${when}_tftp_p50_ms`, value: at(tftp, 0.5), unit: 'ms' },
    { name: `${when}_tftp_p99_ms`, value: at(tftp, 0.99), unit: 'ms', ...bound },
    { name: `${when}_lost_percent`, value: rounded(times.lost * 100), unit: '%' },
  ];
}

/** Lists all nodes with all fields, one list after the other, until it is stopped; then how many were whole. */
function listNodes({ socketPath }: Ingot): { stop(): Promise<number> } {
  const stopping = new AbortController();
  const path = `/v1/nodes?detail=true&limit=${NODES}`;
  const counted = (async (): Promise<number> => {
    let count = 0;
    for (; !stopping.signal.aborted; count++) await drain({ socketPath, path });
    return count;
  })();
  // What goes wrong is told when it is stopped.
  counted.catch(() => undefined);
  return {
    stop: () => {
      stopping.abort();
      return counted;
    },
  };
}

/** Reads an answer and throws it away, so that the list's reader costs as little CPU as can be. */
function drain(options: { readonly socketPath: string; readonly path: string }): Promise<void> {
  const headers = { 'X-OpenStack-Ironic-API-Version': '1.60' };
  return new Promise((resolve, reject) => {
    const asked = request({ ...options, headers }, (answer) => {
      answer.resume();
      answer.once('error', reject);
      answer.once('end', () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`${options.path}: ${answer.statusCode}`));
      });
    });
    asked.once('error', reject);
    asked.end();
  });
}
