/** The configuration file's one schema: types, validation and `ingot config schema` come from here. */
import { z } from 'zod';
import { type Cidr, type Ipv4, parseCidr, parseIpv4 } from '../net/ipv4.ts';
import { bootSchema } from './boot.ts';
import { cleaningSchema } from './cleaning.ts';
import { timeoutsSchema } from './timeouts.ts';

const ipv4 = z.string().transform((text, context): Ipv4 => {
  const address = parseIpv4(text);
  if (address !== null) return address;
  context.addIssue({ code: 'custom', message: `"${text}" is not an IPv4 address such as 10.20.0.1` });
  return z.NEVER;
});

const cidr = z.string().transform((text, context): Cidr => {
  const block = parseCidr(text);
  if (block !== null) return block;
  context.addIssue({
    code: 'custom',
    message: `"${text}" is not a network such as 10.20.0.0/16 (all host bits zero)`,
  });
  return z.NEVER;
});

const NETWORK_ROLES = [
  'pxe',
  'lcm',
  'oob',
  'services',
  'workloads',
  'cluster-host',
  'oam',
  'external',
  'storage',
] as const;
const DHCP_MODES = ['authoritative', 'reservations', 'proxy', 'off'] as const;
const RANGE_USES = ['dhcp', 'static'] as const;

const rangeSchema = z.strictObject({ use: z.enum(RANGE_USES), from: ipv4, to: ipv4 });

const networkSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens'),
  role: z.enum(NETWORK_ROLES),
  cidr,
  /** The seed node's interface on this network; needed wherever ingot serves it. */
  interface: z.string().min(1).max(15).optional(),
  /** The seed node's own address on that interface. */
  address: ipv4.optional(),
  /**
   * Ours that this network's machines reach: DHCP server identifier, TFTP and HTTP. `address` unless told; on a
   * network behind relays (one without `interface`) the address of the first network that has an interface.
   */
  server_address: ipv4.optional(),
  /** Behind relays: networks that name the same wire share it, as networks that name the same interface do. */
  wire: z.string().min(1).max(63).optional(),
  /** Null or absent: no router option, no default route. */
  gateway: ipv4.nullish(),
  nameservers: z.array(ipv4).default([]),
  dhcp: z.enum(DHCP_MODES).default('off'),
  /** Seconds, for systems that run. */
  lease_s: z.int().min(120).max(31_536_000).default(3600),
  /** Seconds, for firmware and iPXE: long enough to load a ramdisk, for iPXE never renews. At most `lease_s`. */
  boot_lease_s: z.int().min(120).max(31_536_000).default(900),
  /** Seconds between two searches for other DHCP servers on the interface; 0: never. */
  dhcp_search_s: z
    .int()
    .refine((seconds) => seconds === 0 || (seconds >= 30 && seconds <= 86_400), {
      error: 'must be 0 (never) or from 30 to 86400 seconds',
    })
    .default(300),
  /** Addresses that machines of no node may hold at once on one switch port (that option 82 names). */
  strangers_per_port: z.int().min(1).max(65_536).default(32),
  /** Percent of the DHCP ranges that machines of no node may hold at once. */
  strangers_percent: z.int().min(0).max(100).default(90),
  /** By what a machine is known to have its lease: its MAC, or the client identifier that it sends (RFC 4361). */
  identity: z.enum(['mac', 'client-id']).default('mac'),
  /** Ask by ARP who has a new address before it is offered for the first time. */
  arp_probe: z.boolean().default(true),
  /** To a machine without an address that does not ask for a broadcast: to everybody, or to its MAC alone. */
  reply: z.enum(['broadcast', 'unicast']).default('broadcast'),
  ranges: z.array(rangeSchema).default([]),
});

const listen = z
  .string()
  .regex(/^(\d{1,3}\.){3}\d{1,3}:\d{1,5}$/, {
    error: 'must be ADDRESS:PORT such as 127.0.0.1:6385',
    abort: true,
  })
  .refine((text) => parseIpv4(text.split(':')[0] ?? '') !== null, {
    error: ({ input }) => `"${String(input)}" does not begin with an IPv4 address such as 127.0.0.1`,
  })
  .refine((text) => inPortRange(Number(text.split(':')[1])), {
    error: ({ input }) => `"${String(input)}" does not end with a port from 1 to 65535`,
  });

function inPortRange(port: number): boolean {
  return port >= 1 && port <= 65_535;
}

const LOGINS = ['basic', 'http_basic', 'token'] as const;

/** How callers of the API log in, apart from the Unix socket. `http_basic` is Ironic's word for `basic`. */
const auth = z
  .union([z.enum(['none', ...LOGINS]), z.array(z.enum(LOGINS)).min(1).max(LOGINS.length)], {
    error: 'must be none, basic, token, or a list such as [basic, token]',
  })
  .default('none')
  .transform((given): readonly ('basic' | 'token')[] => {
    const words = [given].flat();
    return (['basic', 'token'] as const).filter((one) =>
      words.some((word) => word === one || (word === 'http_basic' && one === 'basic')),
    );
  });

export const configSchema = z.strictObject({
  state_dir: z
    .string()
    .startsWith('/', 'must be an absolute path')
    // Node's recursive mkdir never returns where the kernel answers ENOENT for a folder in a folder that exists.
    .regex(/^(?!\/(proc|sys|dev)(\/|$))/, 'must be on a disk, not in /proc, /sys or /dev')
    .default('/var/lib/ingot'),
  log_level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  api: z
    .strictObject({
      listen: listen.default('127.0.0.1:6385'),
      /** A Unix socket for the `ingot` command; relative to state_dir. */
      socket: z.string().default('ingot.sock'),
      /** A Unix group whose members are administrators by that socket too; null: only its owner is. */
      socket_group: z
        .string()
        .regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'is not the name of a Unix group')
        .nullable()
        .default(null),
      auth,
      /** Users and bcrypt hashes for `auth: basic`, as `htpasswd -B` writes them. */
      htpasswd: z.string().startsWith('/', 'must be an absolute path').nullable().default(null),
      /** PEM files that the API is served by HTTPS with; null: plain HTTP. */
      tls: z
        .strictObject({
          certificate: z.string().startsWith('/', 'must be an absolute path'),
          key: z.string().startsWith('/', 'must be an absolute path'),
        })
        .nullable()
        .default(null),
    })
    .refine(({ socket, socket_group }) => socket_group === null || socket.startsWith('/'), {
      error:
        'socket_group is given and socket lies in state_dir, which is for its owner only: name a socket such as /run/ingot/ingot.sock',
      path: ['socket_group'],
    })
    .refine(({ auth: methods, htpasswd }) => htpasswd !== null || !methods.includes('basic'), {
      error: 'auth has basic and htpasswd is not given: name the file that holds the users',
      path: ['auth'],
    })
    .prefault({}),
  boot: bootSchema,
  images: z
    .strictObject({
      /** Bound on the image cache, in GiB; least recently used images go first. */
      cache_gib: z.number().positive().default(50),
      /** Folder whose files `file://` sources may name; relative to state_dir. */
      source_dirs: z.array(z.string()).default(['images']),
    })
    .prefault({}),
  limits: z
    .strictObject({
      power_actions: z.int().positive().default(20),
      image_writes: z.int().positive().default(20),
      jobs: z.int().positive().default(1000),
      /** Kernels and ramdisks sent at once; more machines are told to come back for their turn. */
      boot_downloads: z.int().positive().default(64),
      /** Those of one address at once, and images likewise; null: a sixteenth of them, at least four. */
      downloads_per_address: z.int().positive().nullable().default(null),
    })
    .prefault({}),
  /** How often machines are looked at that no job works on. */
  power_sync: z
    .strictObject({
      /** Seconds in which each BMC is asked once for its machine's power state; 0: never. */
      interval_s: z
        .int()
        .refine((seconds) => seconds === 0 || seconds >= 10, 'must be 0 (never), or 10 or more')
        .default(120),
      /** BMCs asked at once. */
      at_once: z.int().positive().default(64),
    })
    .prefault({}),
  /** What ramdisks had logged when something failed in them. */
  ramdisk_logs: z
    .strictObject({
      /** Archives kept of one node; 0: none are collected. */
      per_node: z.int().min(0).max(1000).default(5),
      /** Bound on all of them together, in MiB; the oldest go first. */
      total_mib: z.number().positive().default(1024),
    })
    .prefault({}),
  rescue: z
    .strictObject({
      /** How the password of a rescue is hashed before it is kept and given to the ramdisk: sha-crypt. */
      password_hash: z.enum(['sha256', 'sha512']).default('sha256'),
    })
    .prefault({}),
  cleaning: cleaningSchema,
  timeouts: timeoutsSchema.prefault({}),
  /** Null too: what YAML makes of a list whose entries are all commented out. */
  networks: z
    .array(networkSchema)
    .nullish()
    .transform((list) => list ?? []),
});

export type Config = z.output<typeof configSchema>;
export type NetworkConfig = Config['networks'][number];
export type NetworkRole = (typeof NETWORK_ROLES)[number];
