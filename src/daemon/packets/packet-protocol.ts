/** What the main thread and the packet thread say to each other; plain data, so that it survives cloning. */
import type { ImportVerdict, LeaseImport, LeaseView, PacketView } from '../../api/deps.ts';
import type { BootEntry, BootSite } from '../../boot/decision.ts';
import type { BootManifest } from '../../boot/manifest.ts';
import type { Config, NetworkConfig } from '../../config/schema.ts';
import type { RelayPlace } from '../../dhcp/facts.ts';
import type { Reservation } from '../../dhcp/leases/reservations.ts';
import type { DhcpNotice } from '../../dhcp/notice.ts';
import type { AddressHolder } from '../../net/address-holder.ts';
import type { Ipv4 } from '../../net/ipv4.ts';
import type { Mac } from '../../net/mac.ts';
import type { EventKind } from '../../store/event-kinds.ts';
import type { SharedFiles } from '../share-ramdisk.ts';

/** Something that a machine did on the wire or over HTTP, not yet tied to a node. */
export type Fact = {
  readonly kind: EventKind;
  readonly at: number;
  readonly mac: Mac | null;
  readonly address: Ipv4 | null;
  readonly sentence: string;
  /** Only of machines that no node owns. */
  readonly client?: ClientDetails;
  /** Only where a relay passed the message on. */
  readonly relay?: RelayPlace;
  /** Only of DHCP messages of firmware that boots over HTTP. */
  readonly byHttp?: true;
};

/** What a machine said of itself by DHCP. */
export type ClientDetails = {
  readonly network: string | null;
  /** Option 97 as it came, 32 hex digits. */
  readonly uuid: string | null;
  readonly vendorClass: string | null;
  /** Null: it did not ask for anything to boot. */
  readonly architecture: string | null;
};

export type PacketThreadOptions = {
  readonly networks: readonly NetworkConfig[];
  /** Sockets on port 67 that systemd passed, by the name of a network on their interface (`FileDescriptorName=`). */
  readonly dhcpDescriptors: ReadonlyMap<string, number>;
  readonly leasesPath: string;
  /** The boot programs, in memory that both threads share. */
  readonly manifest: BootManifest;
  /** `boot.kernel_args`, for GRUB. */
  readonly kernelArgs: string;
  /** How boot files are reached, whatever the network. */
  readonly site: Omit<BootSite, 'serverAddress'>;
  readonly tftp: Config['boot']['tftp'];
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
};

/** One server of the packet thread. */
export type PacketService = {
  /** Such as `DHCP pxe`. */
  readonly name: string;
  /** Names of those whose machines cannot boot without it. */
  readonly networks: readonly string[];
  /** Such as `eth1:67`. */
  readonly at: string;
  /** Null when it serves; else why it does not, in a sentence. */
  readonly problem: string | null;
};

/** All that is reserved for one MAC. */
export type ReservedMac = Reservation & { readonly mac: Mac };

export type ToPacketThread =
  /** `entries` replace all earlier ones of these MACs; `removed` MACs are forgotten. */
  | {
      readonly type: 'boot';
      readonly version: number;
      readonly entries: readonly BootEntry[];
      readonly removed: readonly Mac[];
    }
  /** As `boot`, of the reservations of MACs. */
  | {
      readonly type: 'reservations';
      readonly version: number;
      readonly entries: readonly ReservedMac[];
      readonly removed: readonly Mac[];
    }
  /** Files that TFTP serves from memory of the main thread's; they stay in force until another of that name comes. */
  | { readonly type: 'files'; readonly files: SharedFiles }
  /** The boot loader of that machine, loaded by HTTP, has asked what to boot. */
  | { readonly type: 'arrived'; readonly mac: Mac }
  | { readonly type: 'report'; readonly request: number }
  | { readonly type: 'leases'; readonly request: number }
  | { readonly type: 'holder'; readonly request: number; readonly address: Ipv4 }
  /** Leases that another server gave, to go on as ours. */
  | { readonly type: 'import'; readonly request: number; readonly order: LeaseImport }
  | { readonly type: 'ping'; readonly request: number }
  | { readonly type: 'stop' };

export type FromPacketThread =
  | { readonly type: 'applied'; readonly version: number }
  | { readonly type: 'facts'; readonly facts: readonly Fact[] }
  | { readonly type: 'notice'; readonly notice: DhcpNotice }
  | { readonly type: 'service'; readonly service: PacketService }
  | { readonly type: 'report'; readonly request: number; readonly report: PacketView }
  /** In parts. */
  | {
      readonly type: 'leases';
      readonly request: number;
      readonly leases: readonly LeaseView[];
      readonly last: boolean;
    }
  | { readonly type: 'holder'; readonly request: number; readonly holder: AddressHolder }
  /** One verdict a lease, in their order; what was taken is on disk. */
  | { readonly type: 'imported'; readonly request: number; readonly verdicts: readonly ImportVerdict[] }
  | { readonly type: 'pong'; readonly request: number }
  | { readonly type: 'stopped' };
