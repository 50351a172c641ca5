/** One network as its DHCP server and its boot server see it. */
import type { NetworkConfig } from '../../config/schema.ts';
import { isBootServed, serverAddress } from '../../config/server-address.ts';
import { IngotError } from '../../errors.ts';
import type { Cidr, Ipv4 } from '../../net/ipv4.ts';

type Reached = {
  readonly name: string;
  /** Ours on its wire; null: relays bring its machines' questions. */
  readonly interface: string | null;
  readonly cidr: Cidr;
  /** Ours that its machines reach: the server identifier, option 54. */
  readonly address: Ipv4;
};

/** Its machines load what they boot from us; with `off` somebody else's DHCP server sends them. */
export type BootNetwork = DhcpNetwork | (Reached & { readonly mode: 'off' });

export type DhcpNetwork = Reached & {
  /** Networks of one wire are in one broadcast domain: a machine there may get an address of any of them. */
  readonly wire: string;
  /** Null: the network has no router and none is announced. */
  readonly gateway: Ipv4 | null;
  readonly nameservers: readonly Ipv4[];
  readonly leaseSeconds: number;
  /** For firmware and iPXE, which are gone within minutes and never give their lease back. */
  readonly bootLeaseSeconds: number;
  /**
   * `authoritative`: the only server there, so it says no to wrong addresses and serves every machine.
   * `reservations`: serves known machines only and is silent where another server might know better.
   * `proxy`: says what to boot, beside another server that gives the addresses.
   */
  readonly mode: 'authoritative' | 'reservations' | 'proxy';
  /** Addresses that machines of no node may hold at once: on one switch port, and of all dynamic ones. */
  readonly strangersPerPort: number;
  readonly strangersPercent: number;
  /** By what a machine is known to have its lease. */
  readonly identity: 'mac' | 'client-id';
  /** Whether a new address is asked for by ARP before its first offer. */
  readonly arpProbe: boolean;
  /** How a machine without an address is answered that does not ask for a broadcast. */
  readonly reply: 'broadcast' | 'unicast';
  /** Addresses to hand out, ends included. */
  readonly ranges: readonly AddressRange[];
};

export type AddressRange = { readonly from: Ipv4; readonly to: Ipv4 };

/** For how long a machine gets its address, in seconds. */
export function leaseSecondsFor(network: DhcpNetwork, isBooting: boolean): number {
  return isBooting ? network.bootLeaseSeconds : network.leaseSeconds;
}

/** Those of the configuration that boot from us, in its order. @throws IngotError as `dhcpNetwork` */
export function bootNetworks(configs: readonly NetworkConfig[]): readonly BootNetwork[] {
  return configs.flatMap((config): readonly BootNetwork[] => {
    if (!isBootServed(config, configs)) return [];
    if (config.dhcp !== 'off') return [dhcpNetwork(config, configs)];
    const address = serverAddress(config, configs);
    const { name, interface: nic = null, cidr } = config;
    return address === null ? [] : [{ name, interface: nic, cidr, address, mode: 'off' }];
  });
}

/** @throws IngotError `config_invalid` when no address of ours is known there, or for the mode `off`. */
function dhcpNetwork(config: NetworkConfig, networks: readonly NetworkConfig[]): DhcpNetwork {
  const { name, dhcp: mode } = config;
  if (mode === 'off')
    throw new IngotError('config_invalid', `network ${name}: there is no DHCP server of mode ${mode}`, {
      hint: 'Use dhcp: authoritative, reservations or proxy.',
    });
  const address = serverAddress(config, networks);
  if (address === null)
    throw new IngotError('config_invalid', `network ${name}: DHCP needs an address of ours`, {
      hint: 'Set `interface` and `address` of that network, or `server_address` behind relays, or dhcp: off.',
    });
  return {
    name,
    interface: config.interface ?? null,
    wire: config.interface ?? config.wire ?? name,
    cidr: config.cidr,
    address,
    gateway: config.gateway ?? null,
    nameservers: config.nameservers,
    leaseSeconds: config.lease_s,
    bootLeaseSeconds: Math.min(config.boot_lease_s, config.lease_s),
    mode,
    strangersPerPort: config.strangers_per_port,
    strangersPercent: config.strangers_percent,
    identity: config.identity,
    arpProbe: config.arp_probe,
    reply: config.reply,
    ranges: config.ranges.filter((range) => range.use === 'dhcp').map(({ from, to }) => ({ from, to })),
  };
}
