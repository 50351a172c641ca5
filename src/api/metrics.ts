/** Prometheus metrics in a registry of their own. Numbers that others keep are read when Prometheus asks. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Log } from '../log.ts';
import type { EventRecord } from '../store/records/event.ts';
import type { Store } from '../store/store.ts';
import { BMC_TROUBLES, PROVISION_STATES } from '../store/words.ts';
import type { PacketView } from './deps.ts';

export type Metrics = {
  readonly contentType: string;
  /** `counters`: `dhcp.<what>` and `tftp.<what>` of the packet thread, `http.<what>` of boot files, `facts.<what>`. */
  render(packets: PacketView): Promise<string>;
  stop(): void;
};

/** From a BMC round trip to a large disk written over a slow link, in seconds. */
const JOB_BUCKETS = [1, 5, 15, 30, 60, 120, 300, 600, 1200, 2400, 4800];

const MAY_END_A_JOB: ReadonlySet<string> = new Set(['job.done', 'job.failed', 'job.aborted']);
/** Between a job's last change and the event of the same transaction. */
const SAME_MOMENT_MS = 5_000;

export function createMetrics(store: Store, log: Log): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const nodes = new Gauge({
    name: 'ingot_nodes',
    help: 'Nodes by provision state',
    labelNames: ['state'],
    registers,
  });
  const bmcs = new Gauge({
    name: 'ingot_nodes_by_bmc_health',
    help: 'Nodes by what is wrong with their BMCs; ok: nothing that is known',
    labelNames: ['health'],
    registers,
  });
  const running = new Gauge({
    name: 'ingot_jobs_running',
    help: 'Jobs at work',
    labelNames: ['verb'],
    registers,
  });
  const packets = new Counter({
    name: 'ingot_packets_total',
    help: 'What DHCP, TFTP and boot files over HTTP did, dropped or refused, by reason',
    labelNames: ['service', 'reason'],
    registers,
  });
  const addresses = new Gauge({
    name: 'ingot_dhcp_addresses',
    help: 'Addresses of each network that are leased, offered, declined, and free in its DHCP ranges',
    labelNames: ['network', 'state'],
    registers,
  });
  const discovered = new Gauge({
    name: 'ingot_discovered_machines',
    help: 'Machines on the list of those that belong to no node',
    registers,
  });
  const otherServers = new Gauge({
    name: 'ingot_other_dhcp_servers',
    help: 'DHCP servers that are not ours, seen on a network',
    labelNames: ['network'],
    registers,
  });
  const events = new Counter({
    name: 'ingot_events_total',
    help: 'Events of nodes, by kind and severity',
    labelNames: ['kind', 'severity'],
    registers,
  });
  const durations = new Histogram({
    name: 'ingot_job_duration_seconds',
    help: 'How long jobs took, by verb and result',
    labelNames: ['verb', 'status'],
    buckets: JOB_BUCKETS,
    registers,
  });

  const measured = new Map<string, number>();
  const stop = store.onEvent((event) => {
    events.inc({ kind: event.kind, severity: event.severity });
    const node = event.node_uuid;
    if (node === null || !mayEndAJob(event)) return;
    endedAt(store, node, Date.parse(event.at)).then(
      (ended) => {
        if (ended === null || measured.get(node) === ended.id) return;
        measured.set(node, ended.id);
        durations.observe({ verb: ended.verb, status: ended.status }, ended.seconds);
      },
      (error: unknown) => log.warn({ error: String(error) }, 'could not measure a job'),
    );
    if (event.kind === 'node.deleted') measured.delete(node);
  });

  return {
    contentType: registry.contentType,
    stop,
    render: async ({ counters, networks, other_servers }) => {
      nodes.reset();
      const counted = await store.nodes.countByState();
      for (const state of PROVISION_STATES) nodes.set({ state }, counted.get(state) ?? 0);
      const troubled = await store.nodes.countByBmcTrouble();
      bmcs.set({ health: 'ok' }, troubled.get(null) ?? 0);
      for (const health of BMC_TROUBLES) bmcs.set({ health }, troubled.get(health) ?? 0);
      running.reset();
      for (const job of await store.jobs.runningBare()) running.inc({ verb: job.verb });
      otherServers.reset();
      for (const { network } of other_servers) otherServers.inc({ network });
      packets.reset();
      for (const [name, count] of Object.entries(counters)) {
        const [service = 'other', ...reason] = name.split('.');
        packets.inc({ service, reason: reason.join('.') }, count);
      }
      addresses.reset();
      for (const { network, ...usage } of networks)
        for (const [state, count] of Object.entries(usage)) addresses.set({ network, state }, count);
      discovered.set(await store.discovered.count());
      return registry.metrics();
    },
  };
}

/** A failed job tidies up before it ends, so its end shows as a change of state rather than as `job.failed`. */
function mayEndAJob({ kind, data }: EventRecord): boolean {
  const ends = data.event === 'fail' || data.event === 'abort';
  return MAY_END_A_JOB.has(kind) || (kind === 'state.changed' && ends);
}

type Ended = {
  readonly id: number;
  readonly verb: string;
  readonly status: string;
  readonly seconds: number;
};

/** The node's last job if it ended about then. */
async function endedAt(store: Store, nodeUuid: string, moment: number): Promise<Ended | null> {
  const job = await store.jobs.lastOf(nodeUuid);
  if (job === null || job.status === 'running') return null;
  const end = Date.parse(job.updated_at);
  if (Math.abs(moment - end) > SAME_MOMENT_MS) return null;
  return {
    id: job.id,
    verb: job.verb,
    status: job.status,
    seconds: (end - Date.parse(job.created_at)) / 1000,
  };
}
