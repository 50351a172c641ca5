/** The store's queries outside a transaction: reads go straight to the reader, each write is a transaction. */
import type { Queries } from './store.ts';

type Transact = <T>(work: (queries: Queries) => Promise<T>) => Promise<T>;

export function writesThrough(reads: Queries, transact: Transact): Queries {
  return {
    nodes: {
      ...reads.nodes,
      insert: (node) => transact((queries) => queries.nodes.insert(node)),
      update: (uuid, patch) => transact((queries) => queries.nodes.update(uuid, patch)),
      updateUnread: (uuid, patch) => transact((queries) => queries.nodes.updateUnread(uuid, patch)),
      delete: (uuid) => transact((queries) => queries.nodes.delete(uuid)),
    },
    ports: {
      ...reads.ports,
      insert: (port) => transact((queries) => queries.ports.insert(port)),
      update: (uuid, patch) => transact((queries) => queries.ports.update(uuid, patch)),
      delete: (uuid) => transact((queries) => queries.ports.delete(uuid)),
    },
    portgroups: {
      ...reads.portgroups,
      insert: (group) => transact((queries) => queries.portgroups.insert(group)),
      update: (uuid, patch) => transact((queries) => queries.portgroups.update(uuid, patch)),
      delete: (uuid) => transact((queries) => queries.portgroups.delete(uuid)),
    },
    allocations: {
      ...reads.allocations,
      insert: (record) => transact((queries) => queries.allocations.insert(record)),
      update: (uuid, patch) => transact((queries) => queries.allocations.update(uuid, patch)),
      delete: (uuid) => transact((queries) => queries.allocations.delete(uuid)),
    },
    inspectionRules: {
      ...reads.inspectionRules,
      insert: (record) => transact((queries) => queries.inspectionRules.insert(record)),
      update: (uuid, patch) => transact((queries) => queries.inspectionRules.update(uuid, patch)),
      delete: (uuid) => transact((queries) => queries.inspectionRules.delete(uuid)),
    },
    chassis: {
      ...reads.chassis,
      insert: (record) => transact((queries) => queries.chassis.insert(record)),
      update: (uuid, patch) => transact((queries) => queries.chassis.update(uuid, patch)),
      delete: (uuid) => transact((queries) => queries.chassis.delete(uuid)),
    },
    connectors: {
      ...reads.connectors,
      insert: (record) => transact((queries) => queries.connectors.insert(record)),
      update: (uuid, patch) => transact((queries) => queries.connectors.update(uuid, patch)),
      delete: (uuid) => transact((queries) => queries.connectors.delete(uuid)),
    },
    targets: {
      ...reads.targets,
      insert: (record) => transact((queries) => queries.targets.insert(record)),
      update: (uuid, patch) => transact((queries) => queries.targets.update(uuid, patch)),
      delete: (uuid) => transact((queries) => queries.targets.delete(uuid)),
    },
    jobs: {
      ...reads.jobs,
      insert: (job) => transact((queries) => queries.jobs.insert(job)),
      update: (id, patch) => transact((queries) => queries.jobs.update(id, patch)),
      updateUnread: (id, patch) => transact((queries) => queries.jobs.updateUnread(id, patch)),
    },
    events: {
      ...reads.events,
      append: (event) => transact((queries) => queries.events.append(event)),
    },
    inventories: {
      ...reads.inventories,
      put: (nodeUuid, inventory, pluginData) =>
        transact((queries) => queries.inventories.put(nodeUuid, inventory, pluginData)),
    },
    firmwareReports: {
      ...reads.firmwareReports,
      put: (report) => transact((queries) => queries.firmwareReports.put(report)),
    },
    addresses: {
      ...reads.addresses,
      claim: (network, address, nodeUuid) =>
        transact((queries) => queries.addresses.claim(network, address, nodeUuid)),
      release: (network, nodeUuid) => transact((queries) => queries.addresses.release(network, nodeUuid)),
    },
    reservations: {
      ...reads.reservations,
      put: (reservation) => transact((queries) => queries.reservations.put(reservation)),
      delete: (network, mac) => transact((queries) => queries.reservations.delete(network, mac)),
    },
    stepLists: {
      ...reads.stepLists,
      insert: (list) => transact((queries) => queries.stepLists.insert(list)),
      update: (list, patch) => transact((queries) => queries.stepLists.update(list, patch)),
      delete: (uuid) => transact((queries) => queries.stepLists.delete(uuid)),
    },
    discovered: {
      ...reads.discovered,
      put: (machines) => transact((queries) => queries.discovered.put(machines)),
      delete: (macs) => transact((queries) => queries.discovered.delete(macs)),
    },
    tokens: {
      ...reads.tokens,
      insert: (token) => transact((queries) => queries.tokens.insert(token)),
      delete: (id) => transact((queries) => queries.tokens.delete(id)),
    },
  };
}
