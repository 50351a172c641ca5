/** The daemon about itself: status, networks, health, metrics. */
import type { FastifyInstance } from 'fastify';
import { serverAddress } from '../../config/server-address.ts';
import { formatCidr } from '../../net/ipv4.ts';
import type { ApiContext } from '../context.ts';
import type { DaemonView, PacketView } from '../deps.ts';

const UNKNOWN: DaemonView = { listeners: [], missing: [], disk: null };
const NO_PACKETS: PacketView = { networks: [], other_servers: [], counters: {} };

export function statusRoutes(app: FastifyInstance, context: ApiContext): void {
  const { store, config, clock, version, metrics, daemon } = context;
  const startedAt = clock.now();
  const began = clock.elapsed();
  const packets = context.packets ?? (async () => NO_PACKETS);

  const bmcTroubles = async (): Promise<Readonly<Record<string, number>>> => {
    const counted = [...(await store.nodes.countByBmcTrouble())];
    return Object.fromEntries(counted.flatMap(([kind, count]) => (kind === null ? [] : [[kind, count]])));
  };

  app.get('/ingot/v1/status', async () => {
    const { disk, listeners, missing } = (await daemon?.()) ?? UNKNOWN;
    const { counters, networks, other_servers } = await packets();
    return {
      version,
      started_at: new Date(startedAt).toISOString(),
      uptime_s: Math.round((clock.elapsed() - began) / 1000),
      resident_mib: Math.round(process.memoryUsage.rss() / (1 << 20)),
      listeners,
      missing,
      disk,
      counters,
      other_dhcp_servers: other_servers,
      leases: networks.reduce((sum, { leased }) => sum + leased, 0),
      /** Where a client that follows the events from now on starts: `/ingot/v1/events?after=`. */
      last_event: (await store.events.list({ order: 'desc', limit: 1 }))[0]?.seq ?? 0,
      running_jobs: (await store.jobs.runningBare()).length,
      /** How many nodes' BMCs are in which trouble; those that are well are not counted. */
      bmc_troubles: await bmcTroubles(),
      nodes_by_state: Object.fromEntries(await store.nodes.countByState()),
    };
  });

  app.get('/ingot/v1/networks', async () => ({
    networks: config.networks.map((network) => ({
      name: network.name,
      role: network.role,
      cidr: formatCidr(network.cidr),
      interface: network.interface ?? null,
      address: network.address ?? null,
      server_address: serverAddress(network, config.networks),
      wire: network.interface ?? network.wire ?? null,
      gateway: network.gateway ?? null,
      dhcp: network.dhcp,
      ranges: network.ranges,
    })),
  }));

  /** Alive, and the store answers. */
  app.get('/healthz', async () => {
    await store.events.list({ limit: 1 });
    return { status: 'ok', version };
  });

  app.get('/metrics', async (_request, reply) => {
    const text = await metrics.render(await packets());
    return reply.header('Content-Type', metrics.contentType).send(text);
  });
}
