/** The API with a fleet of `fake-hardware`, every change on disk first, beside Debian's real Ironic. */
import { join } from 'node:path';
import { startRealIronic } from '../../test/compare/real-ironic.ts';
import { freePorts } from '../../test/rig/ports.ts';
import { type Caller, createCaller } from './api-caller.ts';
import { startIngot } from './contenders/ingot.ts';
import { type Field, layField } from './field.ts';
import {
  CLIENTS,
  createAll,
  type FleetTimes,
  listAll,
  liveAll,
  middle,
  rate,
  timeFleet,
  timeOf,
  uuids,
} from './fleet/workload.ts';
import { type Figure, type Measure, percentile, rounded, type Tools } from './measure.ts';
import { loadDhcp } from './perfdhcp.ts';
import { residentMb } from './process-figures.ts';

const SIZE = { warmUp: 200, nodes: 1_000, lives: 500, calls: 400, lists: 10 } as const;
const IRONIC_SIZE = { warmUp: 8, nodes: 1_000, lives: 24, calls: 50, lists: 5 } as const;
/** Each is asked for all that it has; Ironic not so often, since it would do nothing but answer that. */
const INGOT = { version: '1.96', pollMs: 4 } as const;
const IRONIC = { version: '1.82', pollMs: 100 } as const;
const ALL_NODES = 10_000;
const IN_FLIGHT = 1_000;
/** Calls at once while the fleet grows. */
const CROWD = 64;
/** DHCP while the fleet is listed over and over. */
const MEANWHILE = { rate: 200, seconds: 10, clients: 10_000, timed: true } as const;

export const fleet: Measure = {
  about: 'calls and lives of 1,000 and 10,000 fake nodes, against Ironic 21.4 with SQLite',
  run: async (tools: Tools): Promise<readonly Figure[]> => {
    const field = await layField('fleet', tools);
    tools.say(`Ironic: ${IRONIC_SIZE.nodes} nodes, ${IRONIC_SIZE.lives} of them to active`);
    const ironic = await ironicTimes(field, tools);
    const { pid, socketPath } = await startIngot(field, {}, tools);
    const callerOf = (connections: number): Caller => {
      const caller = createCaller({ socketPath }, { ...INGOT, connections });
      tools.defer(async () => caller.close());
      return caller;
    };
    const caller = callerOf(CLIENTS);
    const crowd = callerOf(CROWD);
    tools.say(`ingot: ${SIZE.nodes} nodes, ${SIZE.lives} of them to active`);
    const ours = await timeFleet(caller, SIZE);

    tools.say(`ingot: ${ALL_NODES} nodes, ${IN_FLIGHT} in flight at once`);
    const more = uuids(ALL_NODES - SIZE.nodes - SIZE.warmUp);
    await createAll(crowd, more, CROWD);
    const pages = await timeOf(() => listAll(caller));
    const dhcp = await dhcpMeanwhile(field, caller);
    const lives = await rate(more.length, () => liveAll(crowd, more, IN_FLIGHT));
    const costRatio = rounded(ours.livesPerSecond / lives);
    return [
      ...comparison(ours, ironic),
      { name: 'list_10000_in_pages_ms', value: rounded(pages), unit: 'ms', goal: { at_most: 1_000 } },
      { name: 'dhcp_p99_meanwhile_ms', value: dhcp, unit: 'ms', goal: { at_most: 5 } },
      { name: 'lives_per_second_of_10000', value: rounded(lives), unit: 'nodes/s with 1,000 in flight' },
      { name: 'cost_ratio', value: costRatio, unit: 'times that of 500', goal: { at_most: 1 } },
      { name: 'resident_mb', value: rounded(await residentMb(pid)), unit: 'MB', goal: { at_most: 500 } },
    ];
  },
};

async function ironicTimes({ dir }: Field, { defer }: Tools): Promise<FleetTimes> {
  const { api } = await freePorts('api');
  const ironic = await startRealIronic(join(dir, 'ironic'), api);
  defer(ironic.stop);
  const caller = createCaller({ host: '127.0.0.1', port: api }, { ...IRONIC, connections: CLIENTS });
  defer(async () => caller.close());
  try {
    return await timeFleet(caller, IRONIC_SIZE);
  } finally {
    await ironic.stop();
  }
}

/** Milliseconds (99th percentile) of DHCP while every node is listed in a loop. */
async function dhcpMeanwhile(field: Field, caller: Caller): Promise<number> {
  const over = new AbortController();
  const listing = (async (): Promise<void> => {
    while (!over.signal.aborted) await listAll(caller);
  })();
  // What goes wrong is told when DHCP is through.
  listing.catch(() => undefined);
  try {
    const { offers, acks } = await loadDhcp(field, MEANWHILE);
    return rounded(percentile([...offers, ...acks], 0.99));
  } finally {
    over.abort();
    await listing;
  }
}

function comparison(ours: FleetTimes, ironic: FleetTimes): readonly Figure[] {
  const p99 = (times: readonly number[]): number => percentile(times, 0.99);
  return [
    ...faster('creations', [ours.creationsPerSecond, ironic.creationsPerSecond], 40),
    ...faster('lives', [ours.livesPerSecond, ironic.livesPerSecond], 100),
    ...tenth('get_p50', middle(ours.get), middle(ironic.get)),
    ...tenth('get_p99', p99(ours.get), p99(ironic.get)),
    ...tenth('patch_p50', middle(ours.patch), middle(ironic.patch)),
    ...tenth('put_provision_p50', middle(ours.put), middle(ironic.put)),
    ...tenth('list_1000', middle(ours.list), middle(ironic.list)),
    ...tenth('list_1000_detail', middle(ours.listDetail), middle(ironic.listDetail)),
  ];
}

function faster(name: string, [ours, ironic]: readonly [number, number], times: number): readonly Figure[] {
  return [
    { name: `${name}_per_second`, value: rounded(ours), unit: 'nodes/s' },
    { name: `ironic_${name}_per_second`, value: rounded(ironic), unit: 'nodes/s' },
    { name: `${name}_ratio`, value: rounded(ours / ironic), unit: 'times Ironic', goal: { at_least: times } },
  ];
}

/** Of what Ironic takes, a tenth is the goal. */
function tenth(name: string, ours: number, ironic: number): readonly Figure[] {
  return [
    { name: `${name}_ms`, value: rounded(ours), unit: 'ms' },
    { name: `ironic_${name}_ms`, value: rounded(ironic), unit: 'ms' },
    { name: `${name}_ratio`, value: rounded(ours / ironic), unit: 'times Ironic', goal: { at_most: 0.1 } },
  ];
}
