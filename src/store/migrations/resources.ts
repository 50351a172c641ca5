/** What Ironic's API knows besides nodes and ports, and who may call it. The next migration goes to the end. */
import type { Migration } from './migration.ts';

export const RESOURCES: readonly Migration[] = [
  {
    version: 7,
    subject: 'groups of ports, and names of ports',
    sql: `
      CREATE TABLE portgroups (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        uuid TEXT NOT NULL UNIQUE,
        name TEXT UNIQUE,
        node_uuid TEXT NOT NULL REFERENCES nodes (uuid) ON DELETE CASCADE,
        address TEXT UNIQUE,
        mode TEXT NOT NULL,
        properties TEXT NOT NULL,
        standalone_ports_supported INTEGER NOT NULL,
        extra TEXT NOT NULL,
        internal_info TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT
      ) STRICT;
      CREATE INDEX portgroups_by_node ON portgroups (node_uuid);

      -- Not RESTRICT: it would refuse the deletion of a node, which takes both along.
      ALTER TABLE ports ADD COLUMN portgroup_uuid TEXT REFERENCES portgroups (uuid) ON DELETE SET NULL;
      CREATE INDEX ports_by_portgroup ON ports (portgroup_uuid) WHERE portgroup_uuid IS NOT NULL;
      ALTER TABLE ports ADD COLUMN name TEXT;
      CREATE UNIQUE INDEX ports_by_name ON ports (name) WHERE name IS NOT NULL;
    `,
  },
  {
    version: 8,
    subject: 'chassis, and the remote volumes of nodes',
    sql: `
      CREATE TABLE chassis (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        uuid TEXT NOT NULL UNIQUE,
        description TEXT,
        extra TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT
      ) STRICT;
      ALTER TABLE nodes ADD COLUMN chassis_uuid TEXT REFERENCES chassis (uuid);
      CREATE INDEX nodes_by_chassis ON nodes (chassis_uuid) WHERE chassis_uuid IS NOT NULL;

      CREATE TABLE volume_connectors (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        uuid TEXT NOT NULL UNIQUE,
        node_uuid TEXT NOT NULL REFERENCES nodes (uuid) ON DELETE CASCADE,
        type TEXT NOT NULL,
        connector_id TEXT NOT NULL,
        extra TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT,
        UNIQUE (type, connector_id)
      ) STRICT;
      CREATE INDEX volume_connectors_by_node ON volume_connectors (node_uuid);

      CREATE TABLE volume_targets (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        uuid TEXT NOT NULL UNIQUE,
        node_uuid TEXT NOT NULL REFERENCES nodes (uuid) ON DELETE CASCADE,
        volume_type TEXT NOT NULL,
        volume_id TEXT NOT NULL,
        boot_index INTEGER NOT NULL,
        properties TEXT NOT NULL,
        extra TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT,
        UNIQUE (node_uuid, boot_index)
      ) STRICT;
    `,
  },
  {
    version: 9,
    subject: 'allocations',
    sql: `
      CREATE TABLE allocations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        uuid TEXT NOT NULL UNIQUE,
        name TEXT UNIQUE,
        node_uuid TEXT UNIQUE REFERENCES nodes (uuid) ON DELETE CASCADE,
        state TEXT NOT NULL,
        owner TEXT,
        resource_class TEXT,
        candidate_nodes TEXT NOT NULL,
        traits TEXT NOT NULL,
        extra TEXT NOT NULL,
        last_error TEXT,
        created_at TEXT NOT NULL,
        updated_at TEXT
      ) STRICT;
      CREATE INDEX allocations_undecided ON allocations (id) WHERE state = 'allocating';
      ALTER TABLE nodes ADD COLUMN allocation_uuid TEXT REFERENCES allocations (uuid) ON DELETE SET NULL;
    `,
  },
  {
    version: 10,
    subject: 'tokens of the API',
    sql: `
      CREATE TABLE tokens (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        role TEXT NOT NULL,
        project TEXT,
        digest TEXT NOT NULL,
        created_at TEXT NOT NULL,
        expires_at TEXT
      ) STRICT;
    `,
  },
  {
    version: 11,
    subject: 'deploy templates and runbooks',
    sql: `
      CREATE TABLE step_lists (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        uuid TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        steps TEXT NOT NULL,
        extra TEXT NOT NULL,
        disable_ramdisk INTEGER NOT NULL,
        public INTEGER NOT NULL,
        owner TEXT,
        created_at TEXT NOT NULL,
        updated_at TEXT,
        UNIQUE (kind, name)
      ) STRICT;
    `,
  },
  {
    version: 12,
    subject: 'inspection rules',
    sql: `
      CREATE TABLE inspection_rules (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        uuid TEXT NOT NULL UNIQUE,
        description TEXT,
        priority INTEGER NOT NULL,
        sensitive INTEGER NOT NULL,
        phase TEXT NOT NULL,
        conditions TEXT NOT NULL,
        actions TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT
      ) STRICT;
    `,
  },
  {
    version: 13,
    subject: 'the index by which the end of an allocation finds its node',
    sql: `
      CREATE INDEX nodes_by_allocation ON nodes (allocation_uuid) WHERE allocation_uuid IS NOT NULL;
    `,
  },
  {
    version: 14,
    subject: 'what is wrong with a BMC',
    sql: `ALTER TABLE nodes ADD COLUMN bmc_trouble TEXT;`,
  },
  {
    version: 15,
    subject: 'nodes whose power is never switched off',
    sql: `ALTER TABLE nodes ADD COLUMN disable_power_off INTEGER NOT NULL DEFAULT 0;`,
  },
  {
    version: 16,
    subject: 'jobs that an operator has asked to abort',
    sql: `ALTER TABLE jobs ADD COLUMN abort TEXT;`,
  },
  {
    version: 17,
    subject: 'who asked for a job',
    sql: `ALTER TABLE jobs ADD COLUMN asked_by TEXT;`,
  },
  {
    version: 18,
    subject: 'how far events were pruned, by node',
    sql: `
      CREATE TABLE pruned_events (node_uuid TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
      CREATE INDEX pruned_events_by_seq ON pruned_events (seq);
      INSERT INTO pruned_events SELECT coalesce(node_uuid, ''), min(seq) - 1 FROM events
        GROUP BY node_uuid HAVING count(*) >= 5000;
    `,
  },
  {
    version: 19,
    subject: 'BIOS settings and firmware components',
    sql: `
      CREATE TABLE firmware_reports (
        node_uuid TEXT PRIMARY KEY REFERENCES nodes (uuid) ON DELETE CASCADE,
        bios TEXT NOT NULL,
        components TEXT NOT NULL
      ) STRICT;
    `,
  },
  {
    version: 20,
    subject: 'smart NICs',
    sql: `ALTER TABLE ports ADD COLUMN is_smartnic INTEGER NOT NULL DEFAULT 0;`,
  },
  {
    version: 21,
    subject: 'where the generations of deleted nodes ended',
    sql: `
      CREATE TABLE former_nodes (
        uuid TEXT PRIMARY KEY,
        boot_generation INTEGER NOT NULL,
        instance_generation INTEGER NOT NULL
      ) STRICT;
    `,
  },
  {
    version: 22,
    subject: 'what pretended hardware keeps of consoles and RAID volumes',
    sql: `
      ALTER TABLE nodes ADD COLUMN console_enabled INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE nodes ADD COLUMN target_raid_config TEXT NOT NULL DEFAULT '{}';
    `,
  },
];
