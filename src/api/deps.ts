/** What the API is made of: everything it needs is passed in. */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Config } from '../config/schema.ts';
import type { JsonObject } from '../json.ts';
import type { CallBacks } from '../lifecycle/agents/call-backs.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import type { RamdiskLogs } from '../lifecycle/ramdisk-logs/ramdisk-logs.ts';
import type { Log } from '../log.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import type { DiscoveredRecord } from '../store/records/discovered.ts';
import type { Store } from '../store/store.ts';
import type { CheckPassword } from './login/login.ts';
import type { Metrics } from './metrics.ts';

/** `ended`: on record, so that the machine gets the same address again. */
export const LEASE_STATES = ['leased', 'ended', 'offered', 'declined'] as const;
export type LeaseState = (typeof LEASE_STATES)[number];

/** One address that is not free, or that was somebody's last. */
export type LeaseView = {
  readonly network: string;
  /** Null: left alone, for a machine found it in use by a foreign one. */
  readonly mac: string | null;
  /** In hex, on a network that goes by client identifiers: of one MAC there may be several leases then. */
  readonly client_id?: string;
  readonly address: string;
  readonly hostname: string | null;
  readonly state: LeaseState;
  /** ISO 8601. */
  readonly starts_at: string | null;
  readonly expires_at: string;
};

/** Addresses of one network by what they are used for; `free` ones are of its DHCP ranges. */
export type NetworkUsage = {
  readonly network: string;
  readonly leased: number;
  readonly offered: number;
  readonly declined: number;
  readonly free: number;
};

/** A DHCP server that is not ours, seen on a network. */
export type OtherServerView = {
  readonly network: string;
  readonly address: string;
  /** Null: only named by a machine that took its offer. */
  readonly mac: string | null;
  /** ISO 8601. */
  readonly last_seen: string;
};

/** What the packet thread tells about itself. */
export type PacketView = {
  readonly networks: readonly NetworkUsage[];
  readonly other_servers: readonly OtherServerView[];
  /** `dhcp.<reason>` or `tftp.<reason>` → how often. */
  readonly counters: Readonly<Record<string, number>>;
};

/** A lease that another server gave. Times in milliseconds since the epoch. */
export type ForeignLease = {
  readonly mac: Mac;
  readonly address: Ipv4;
  readonly hostname: string | null;
  readonly startedAt: number;
  readonly expiresAt: number;
};

export type ImportVerdict =
  | { readonly result: 'taken' | 'unchanged' }
  | { readonly result: 'skipped'; readonly why: string };

/** Leases of one network to go on as ours. */
export type LeaseImport = {
  readonly network: string;
  readonly leases: readonly ForeignLease[];
  /** Not null: only judge them, as if these reservations stood. */
  readonly rehearsal: readonly { readonly mac: Mac; readonly address: Ipv4 }[] | null;
};

/** What the API asks of the DHCP server. */
export type DhcpControl = {
  /** Resolves when DHCP answers by what the store now has of these MACs. */
  reservationsChanged(macs: readonly Mac[]): Promise<void>;
  leases(): Promise<readonly LeaseView[]>;
  /** One verdict a lease, in their order; what was taken is on disk. */
  importLeases(order: LeaseImport): Promise<readonly ImportVerdict[]>;
  /** Machines that were heard and belong to no node, the last seen first. */
  discovered(): readonly DiscoveredRecord[];
  /** False when it was not on that list. */
  forgetDiscovered(mac: Mac): Promise<boolean>;
};

/** What the daemon knows of its own condition. */
export type DaemonView = {
  readonly listeners: readonly {
    readonly name: string;
    readonly at: string;
    readonly problem: string | null;
  }[];
  /** A sentence for each file or program that is not there yet, or cannot be used as it is. */
  readonly missing: readonly string[];
  /** The disk of state_dir: what is free there, in MiB, and what is wrong with it. */
  readonly disk: { readonly free_mib: number; readonly problem: string | null } | null;
};

/** An image that a client names; the same words as the image store's. */
export type ImageAsked = {
  readonly source: string;
  readonly format: 'raw' | 'qcow2';
  readonly checksum: { readonly algorithm: 'sha256' | 'sha512'; readonly value: string };
};

/** The image cache as operators manage it; entries are answered as they come. */
export type ImagesControl = {
  list(): readonly object[];
  /** Begins to make the image ready. Throws `image_invalid` or `busy`. */
  add(image: ImageAsked): object;
  /** Rejects with `not_found` or `conflict`. */
  remove(id: string, options: { readonly force: boolean }): Promise<void>;
};

export type ApiDeps = {
  readonly store: Store;
  readonly lifecycle: Lifecycle;
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  /** ingot's own version, such as `0.1.0`. */
  readonly version: string;
  readonly metrics: Metrics;
  /** Drivers that nodes may name; the first ones are Redfish's. */
  readonly drivers?: readonly string[];
  /** Throws `invalid_input` for what the driver cannot work with; asks no BMC. Absent: nothing is checked. */
  readonly checkDriverInfo?: (driver: string, driverInfo: JsonObject) => void;
  readonly packets?: () => Promise<PacketView>;
  readonly dhcp?: DhcpControl;
  readonly images?: ImagesControl;
  readonly daemon?: () => Promise<DaemonView>;
  readonly ramdiskLogs?: Pick<RamdiskLogs, 'list' | 'read'>;
  /** For `auth: basic`; without it no password is right. */
  readonly checkPassword?: CheckPassword;
  /** Whether a request came by the Unix socket; absent: none does. */
  readonly isLocal?: (request: IncomingMessage) => boolean;
  /** As the lifecycle's `Site` has it; absent: no. */
  readonly secureHttpBoot?: boolean;
  /** PEM of the authority of the certificate that boot files are served with; null when it is not ingot's own. */
  readonly bootAuthority?: () => string | null;
};

/** What the boot and the LCM listener need. */
export type AgentApiDeps = Pick<ApiDeps, 'log'> & { readonly lifecycle: CallBacks };

export const DEFAULT_DRIVERS: readonly string[] = ['redfish'];
