/**
 * The three HTTP APIs: for operators and their tools (`createApi`), for machines that boot (`createBootApi`, on the
 * PXE network), and for deployed systems (`createLcmApi`, on the LCM network). Each is a fastify instance that is
 * ready to be mounted: `await app.ready()`, then `app.routing(request, response)` as a `node:http` handler.
 */
import type { FastifyInstance } from 'fastify';
import { guardRoutes } from './access/guard.ts';
import { inspectionRoutes } from './agent/inspection.ts';
import { lookupRoutes } from './agent/lookup.ts';
import { CATALOG } from './catalog/catalog.ts';
import { createContext } from './context.ts';
import type { AgentApiDeps, ApiDeps } from './deps.ts';
import { API_RESOURCES, BOOT_RESOURCES, discoveryRoutes } from './discovery.ts';
import { eventRoutes } from './events/route.ts';
import { bootAuthorityRoutes } from './ingot/boot-authority.ts';
import { deployRoutes } from './ingot/deploy.ts';
import { dhcpImportRoutes } from './ingot/dhcp-import.ts';
import { discoveredRoutes } from './ingot/discovered.ts';
import { enrollRoutes } from './ingot/enroll.ts';
import { imageRoutes } from './ingot/images.ts';
import { leaseRoutes } from './ingot/leases.ts';
import { nodeStoryRoutes } from './ingot/node-story.ts';
import { ramdiskLogRoutes } from './ingot/ramdisk-logs.ts';
import { reservationRoutes } from './ingot/reservations.ts';
import { statusRoutes } from './ingot/status.ts';
import { tokenRoutes } from './ingot/tokens.ts';
import { allocationRoutes } from './ironic/allocations/allocations.ts';
import { chassisRoutes } from './ironic/chassis.ts';
import { driverRoutes } from './ironic/drivers.ts';
import { fleetRoutes } from './ironic/fleet.ts';
import { refuseNamesOfOld } from './ironic/idents.ts';
import { inspectionRuleRoutes } from './ironic/inspection-rules.ts';
import { consoleRoutes } from './ironic/nodes/console.ts';
import { firmwareRoutes } from './ironic/nodes/firmware.ts';
import { historyRoutes } from './ironic/nodes/history.ts';
import { indicatorRoutes } from './ironic/nodes/indicators.ts';
import { managementRoutes } from './ironic/nodes/management.ts';
import { nodeExtraRoutes } from './ironic/nodes/node-extras.ts';
import { nodePartRoutes } from './ironic/nodes/node-parts.ts';
import { nodeRoutes } from './ironic/nodes/nodes.ts';
import { raidRoutes } from './ironic/nodes/raid.ts';
import { stateRoutes } from './ironic/nodes/states.ts';
import { traitRoutes } from './ironic/nodes/traits.ts';
import { vendorRoutes } from './ironic/nodes/vendor.ts';
import { portgroupRoutes } from './ironic/ports/portgroups.ts';
import { portRoutes } from './ironic/ports/ports.ts';
import { stepListRoutes } from './ironic/step-lists/step-lists.ts';
import { volumeRoutes } from './ironic/volumes.ts';
import { lcmStatusRoutes } from './lcm/status.ts';
import { createLogin } from './login/login.ts';
import { openApiRoutes } from './openapi/route.ts';
import { createServer } from './server.ts';

export type { AgentApiDeps, ApiDeps, DaemonView, LeaseView, PacketView } from './deps.ts';

/** The operators' API. */
export function createApi(deps: ApiDeps): FastifyInstance {
  const context = createContext(deps);
  const app = createServer(deps.log);
  const login = createLogin({
    methods: deps.config.api.auth,
    store: deps.store,
    clock: deps.clock,
    checkPassword: deps.checkPassword ?? (async () => 'wrong'),
    isLocal: deps.isLocal ?? (() => false),
  });
  guardRoutes(app, { store: deps.store, catalog: CATALOG, login, log: deps.log });
  refuseNamesOfOld(app);
  discoveryRoutes(app, API_RESOURCES);
  openApiRoutes(app);
  nodeRoutes(app, context);
  nodePartRoutes(app, context);
  managementRoutes(app, context);
  firmwareRoutes(app, context);
  nodeExtraRoutes(app, context);
  consoleRoutes(app, context);
  indicatorRoutes(app, context);
  raidRoutes(app, context);
  vendorRoutes(app, context);
  traitRoutes(app, context);
  stepListRoutes(app, context);
  historyRoutes(app, context);
  fleetRoutes(app, context);
  stateRoutes(app, context);
  portRoutes(app, context);
  portgroupRoutes(app, context);
  chassisRoutes(app, context);
  allocationRoutes(app, context);
  inspectionRuleRoutes(app, context);
  volumeRoutes(app, context);
  driverRoutes(app, context);
  eventRoutes(app, context);
  enrollRoutes(app, context);
  imageRoutes(app, context);
  bootAuthorityRoutes(app, context);
  deployRoutes(app, context);
  nodeStoryRoutes(app, context);
  ramdiskLogRoutes(app, context);
  statusRoutes(app, context);
  leaseRoutes(app, context);
  discoveredRoutes(app, context);
  reservationRoutes(app, context);
  dhcpImportRoutes(app, context);
  tokenRoutes(app, context);
  // Ironic's one port is for agents too.
  lookupRoutes(app, deps);
  inspectionRoutes(app, deps);
  return app;
}

/** What an agent in a ramdisk needs, and nothing else. */
export function createBootApi(deps: AgentApiDeps): FastifyInstance {
  const app = createServer(deps.log);
  discoveryRoutes(app, BOOT_RESOURCES);
  lookupRoutes(app, deps);
  inspectionRoutes(app, deps);
  return app;
}

/** What a deployed system needs, and nothing else. */
export function createLcmApi(deps: AgentApiDeps): FastifyInstance {
  const app = createServer(deps.log);
  lcmStatusRoutes(app, deps);
  return app;
}
