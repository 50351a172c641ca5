/** DHCP against Kea: how many four-way exchanges a second, and how quickly at a quiet rate. */

import { startIngot } from './contenders/ingot.ts';
import { startKea } from './contenders/kea.ts';
import { type Field, layField, POOL } from './field.ts';
import { fillLeases } from './fill-leases.ts';
import { type Figure, type Measure, percentile, rounded, type Tools } from './measure.ts';
import { loadDhcp } from './perfdhcp.ts';
import { cpuSeconds } from './process-figures.ts';
import { FRESH_SEARCH, learn, nextRate, type RateSearch } from './rate-search.ts';
import { startWithLeases } from './start-with-leases.ts';

/** Machines that ask, over and over: most of the pool. */
const CLIENTS = 50_000;
const LOAD_SECONDS = 5;
const QUIET = { rate: 1_000, seconds: 10, clients: CLIENTS, timed: true } as const;

/** 95 % of the pool's 63,500 addresses; the machines that ask have the rest. */
const FULL = { leases: 60_300, clients: 3_000 } as const;

type Contender = {
  readonly name: string;
  readonly clients?: number;
  readonly start: (field: Field, tools: Tools) => Promise<{ readonly pid: number }>;
};

const CONTENDERS: readonly Contender[] = [
  { name: 'ingot', start: (field, tools) => startIngot(field, {}, tools) },
  { name: 'ingot_full_pool', clients: FULL.clients, start: startFull },
  { name: 'kea_single', start: (field, tools) => startKea(field, 0, tools) },
  { name: 'kea_multi', start: (field, tools) => startKea(field, 2, tools) },
];

type Runner = {
  readonly name: string;
  readonly field: Field;
  readonly clients: number;
  readonly pid: number;
  search: RateSearch;
  p99: number;
  /** Microseconds of CPU for each exchange at the quiet rate: what else the machine does tells least on it. */
  cpu: number;
};

export const dhcp: Measure = {
  about: 'DHCP exchanges a second and latency, against Kea 2.2 (memfile, which never flushes)',
  run: async (tools: Tools): Promise<readonly Figure[]> => {
    const runners: Runner[] = [];
    for (const { name, start, clients = CLIENTS } of CONTENDERS) {
      const field = await layField(name.replaceAll('_', '-'), tools);
      const { pid } = await start(field, tools);
      runners.push({ name, field, clients, pid, search: FRESH_SEARCH, p99: Number.NaN, cpu: Number.NaN });
    }
    for (const runner of runners) {
      const before = await cpuSeconds(runner.pid);
      const { offers, acks } = await loadDhcp(runner.field, { ...QUIET, clients: runner.clients });
      runner.cpu = rounded((((await cpuSeconds(runner.pid)) - before) * 1e6) / acks.length);
      runner.p99 = rounded(percentile([...offers, ...acks], 0.99));
    }
    await findLimits(runners, tools);
    return [...figures(runners), ...(await startWithLeases(tools))];
  },
};

async function startFull(field: Field, tools: Tools): Promise<{ readonly pid: number }> {
  await fillLeases(field, POOL.from, FULL.leases);
  return await startIngot(field, {}, tools);
}

/** In turns, so that what else the machine does meets all of them alike. */
async function findLimits(runners: readonly Runner[], { say }: Tools): Promise<void> {
  for (let searching = true; searching; ) {
    searching = false;
    for (const runner of runners) {
      const rate = nextRate(runner.search);
      if (rate === null) continue;
      searching = true;
      const result = await loadDhcp(runner.field, { rate, seconds: LOAD_SECONDS, clients: runner.clients });
      runner.search = learn(runner.search, rate, result);
      say(
        `${runner.name}: asked ${rate}/s, completed ${Math.round(result.rate)}/s, lost ${(result.lost * 100).toFixed(2)} %`,
      );
    }
  }
}

function figures(runners: readonly Runner[]): readonly Figure[] {
  const of = (name: string): Runner | undefined => runners.find((runner) => runner.name === name);
  const best = (name: string): number => of(name)?.search.best ?? Number.NaN;
  const kea = Math.max(best('kea_single'), best('kea_multi'));
  const keaP99 = Math.min(of('kea_single')?.p99 ?? Number.NaN, of('kea_multi')?.p99 ?? Number.NaN);
  return [
    ...runners.map(({ name, search }) => ({
      name: `${name}_exchanges_per_second`,
      value: Math.round(search.best),
      unit: 'exchanges/s',
    })),
    {
      name: 'exchanges_ratio',
      value: rounded(best('ingot') / kea),
      unit: "times Kea's best",
      goal: { at_least: 2 },
    },
    {
      name: 'full_pool_ratio',
      value: rounded(best('ingot_full_pool') / best('ingot')),
      unit: 'times ours with an empty pool, when 95 % of a /16 is leased',
      goal: { at_least: 0.9 },
    },
    ...runners.map(({ name, p99 }) => ({
      name: `${name}_p99_ms`,
      value: p99,
      unit: 'ms at 1,000 exchanges/s',
    })),
    ...runners.map(({ name, cpu }) => ({
      name: `${name}_cpu_us`,
      value: cpu,
      unit: 'us of CPU for one exchange at that rate',
    })),
    {
      name: 'p99_ratio',
      value: rounded((of('ingot')?.p99 ?? Number.NaN) / keaP99),
      unit: "times Kea's best",
      goal: { at_most: 1 },
    },
  ];
}
