/** Whether packets wait for the API: how quickly DHCP and TFTP answer while 1,000 nodes are listed in a loop. */
import { request } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { type Ingot, startIngot } from './contenders/ingot.ts';
import { type Field, layField, SERVER } from './field.ts';
import { type Figure, type Measure, percentile, rounded, type Tools } from './measure.ts';
import { loadDhcp } from './perfdhcp.ts';

const NODES = 1_000;
const SECONDS = 20;
/** A storm of machines is some hundred a second; what is measured is the waiting, not the limit. */
const EXCHANGES_PER_SECOND = 200;
const GOAL_MS = 5;

const probeShape = z.object({ latencies: z.array(z.number()), lost: z.number() });

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

type Times = { readonly dhcp: Answers; readonly tftp: Answers };
type Answers = { readonly latencies: readonly number[]; readonly lost: number };

/** Both services at once, asked by programs in the client's namespace. */
async function latencies(field: Field): Promise<Times> {
  const probe = [process.execPath, join(import.meta.dirname, 'tftp-probe.ts')] as const;
  const [dhcp, tftp] = await Promise.all([
    loadDhcp(field, { rate: EXCHANGES_PER_SECOND, seconds: SECONDS, clients: 10_000, timed: true }),
    field.wire.run('client', ...probe, SERVER.address, 'undionly.kpxe', String(SECONDS)),
  ]);
  if (tftp.code !== 0) throw new Error(`the TFTP probe failed: ${tftp.output}`);
  const probed = probeShape.parse(JSON.parse(tftp.output));
  return { dhcp, tftp: { ...probed, lost: probed.lost / (probed.latencies.length + probed.lost) } };
}

function figures(when: string, times: Times, goal?: { readonly at_most: number }): readonly Figure[] {
  return (['dhcp', 'tftp'] as const).flatMap((service): readonly Figure[] => {
    const answers = times[service];
    const at = (share: number): number => rounded(percentile(answers.latencies, share));
    return [
      { name: `${when}_${service}_p50_ms`, value: at(0.5), unit: 'ms' },
      {
        name: `${when}_${service}_p99_ms`,
        value: at(0.99),
        unit: 'ms',
        ...(goal === undefined ? {} : { goal }),
      },
      { name: `${when}_${service}_lost_percent`, value: rounded(answers.lost * 100), unit: '%' },
    ];
  });
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
