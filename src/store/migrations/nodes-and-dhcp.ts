/**
 * The schema's beginning: nodes with their jobs and events, and what DHCP keeps. Closed: the next go to resources.ts.
 */
import type { Migration } from './migration.ts';

export const NODES_AND_DHCP: readonly Migration[] = [
  {
    version: 1,
    subject: 'nodes, ports, jobs, events, inventories, addresses',
    sql: `
      CREATE TABLE nodes (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        uuid TEXT NOT NULL UNIQUE,
        name TEXT UNIQUE,
        driver TEXT NOT NULL,
        driver_info TEXT NOT NULL,
        properties TEXT NOT NULL,
        instance_info TEXT NOT NULL,
        instance_uuid TEXT UNIQUE,
        extra TEXT NOT NULL,
        description TEXT,
        owner TEXT,
        resource_class TEXT,
        automated_clean INTEGER,
        provision_state TEXT NOT NULL,
        target_provision_state TEXT,
        provision_updated_at TEXT,
        power_state TEXT,
        target_power_state TEXT,
        boot_mode TEXT,
        last_error TEXT,
        maintenance INTEGER NOT NULL,
        maintenance_reason TEXT,
        fault TEXT,
        inspection_started_at TEXT,
        inspection_finished_at TEXT,
        created_at TEXT NOT NULL,
        updated_at TEXT,
        boot_intent TEXT NOT NULL,
        boot_generation INTEGER NOT NULL,
        boot_started_at TEXT,
        agent TEXT,
        lcm TEXT,
        instance_generation INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX nodes_by_state ON nodes (provision_state, id);

      CREATE TABLE ports (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        uuid TEXT NOT NULL UNIQUE,
        node_uuid TEXT NOT NULL REFERENCES nodes (uuid) ON DELETE CASCADE,
        address TEXT NOT NULL UNIQUE,
        pxe_enabled INTEGER NOT NULL,
        physical_network TEXT,
        local_link_connection TEXT NOT NULL,
        extra TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT
      ) STRICT;
      CREATE INDEX ports_by_node ON ports (node_uuid);

      CREATE TABLE jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        node_uuid TEXT NOT NULL REFERENCES nodes (uuid) ON DELETE CASCADE,
        verb TEXT NOT NULL,
        steps TEXT NOT NULL,
        cursor INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        scratch TEXT NOT NULL,
        status TEXT NOT NULL,
        waiting_for TEXT,
        step_started_at TEXT NOT NULL,
        wake_at TEXT,
        deadline TEXT,
        progress TEXT,
        error TEXT,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
      ) STRICT;
      CREATE UNIQUE INDEX jobs_one_running_per_node ON jobs (node_uuid) WHERE status = 'running';
      CREATE INDEX jobs_by_node ON jobs (node_uuid, id);

      -- No foreign key: what happened to a node outlives the node.
      CREATE TABLE events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        node_uuid TEXT,
        kind TEXT NOT NULL,
        severity TEXT NOT NULL,
        message TEXT NOT NULL,
        data TEXT NOT NULL
      ) STRICT;
      CREATE INDEX events_by_node ON events (node_uuid, seq);

      CREATE TABLE inventories (
        node_uuid TEXT PRIMARY KEY REFERENCES nodes (uuid) ON DELETE CASCADE,
        inventory TEXT NOT NULL,
        plugin_data TEXT NOT NULL,
        created_at TEXT NOT NULL
      ) STRICT;

      CREATE TABLE addresses (
        network TEXT NOT NULL,
        address TEXT NOT NULL,
        node_uuid TEXT NOT NULL REFERENCES nodes (uuid) ON DELETE CASCADE,
        created_at TEXT NOT NULL,
        PRIMARY KEY (network, address)
      ) STRICT;
      CREATE INDEX addresses_by_node ON addresses (node_uuid);
    `,
  },
  {
    version: 2,
    subject: 'the boot that an inventory came from, since times do not tell it when the clock is set',
    sql: `
      ALTER TABLE inventories ADD COLUMN boot_generation INTEGER NOT NULL DEFAULT 0;
      UPDATE inventories SET boot_generation = nodes.boot_generation FROM nodes
        WHERE nodes.uuid = inventories.node_uuid AND inventories.created_at >= nodes.boot_started_at;
    `,
  },
  {
    version: 3,
    subject: 'DHCP for the operator: reservations, discovered machines, where a port is plugged in',
    sql: `
      CREATE TABLE reservations (
        network TEXT NOT NULL,
        mac TEXT NOT NULL,
        address TEXT,
        hostname TEXT,
        source TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT,
        PRIMARY KEY (network, mac),
        UNIQUE (network, address)
      ) STRICT;
      CREATE INDEX reservations_by_mac ON reservations (mac);

      -- No foreign key: these machines belong to no node.
      CREATE TABLE discovered (
        mac TEXT PRIMARY KEY,
        uuid TEXT,
        architecture TEXT,
        vendor_class TEXT,
        network TEXT,
        address TEXT,
        giaddr TEXT,
        circuit_id TEXT,
        remote_id TEXT,
        stage TEXT NOT NULL,
        message TEXT NOT NULL,
        first_seen TEXT NOT NULL,
        last_seen TEXT NOT NULL,
        seen_count INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX discovered_by_time ON discovered (last_seen);

      ALTER TABLE ports ADD COLUMN internal_info TEXT NOT NULL DEFAULT '{}';
    `,
  },
  {
    version: 4,
    subject: 'Secure Boot, as the BMC says it',
    sql: `ALTER TABLE nodes ADD COLUMN secure_boot INTEGER;`,
  },
  {
    version: 5,
    subject: 'who has a node and may use it, and how far',
    sql: `
      ALTER TABLE nodes ADD COLUMN lessee TEXT;
      ALTER TABLE nodes ADD COLUMN protected INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE nodes ADD COLUMN protected_reason TEXT;
      ALTER TABLE nodes ADD COLUMN retired INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE nodes ADD COLUMN retired_reason TEXT;
      ALTER TABLE nodes ADD COLUMN shard TEXT;
      ALTER TABLE nodes ADD COLUMN parent_node TEXT;
      ALTER TABLE nodes ADD COLUMN network_data TEXT NOT NULL DEFAULT '{}';
      ALTER TABLE nodes ADD COLUMN traits TEXT NOT NULL DEFAULT '[]';
      CREATE INDEX nodes_by_parent ON nodes (parent_node) WHERE parent_node IS NOT NULL;
    `,
  },
  {
    version: 6,
    subject: 'the interfaces that a node has chosen',
    sql: `ALTER TABLE nodes ADD COLUMN interfaces TEXT NOT NULL DEFAULT '{}';`,
  },
];
