/** Options that every machine of a network gets alike: written once, for each reply carries them. */

import { OPTIONS, type WrittenOption, writeOption } from '../codec/options/table.ts';
import { type DhcpNetwork, leaseSecondsFor } from '../wires/network.ts';

export type NetworkOptions = {
  /** Who answers, where no relay says otherwise. */
  readonly server: WrittenOption;
  /** Lease time, T1 and T2 of a system that runs. */
  readonly lease: readonly WrittenOption[];
  /** The same for firmware and iPXE. */
  readonly bootLease: readonly WrittenOption[];
  readonly mask: WrittenOption;
  /** Routers and name servers, where there are any. */
  readonly ways: readonly WrittenOption[];
};

const written = new WeakMap<DhcpNetwork, NetworkOptions>();

/** Their bytes are shared by all replies: nobody may change them. */
export function networkOptions(network: DhcpNetwork): NetworkOptions {
  const before = written.get(network);
  if (before !== undefined) return before;
  const options = writeNetworkOptions(network);
  written.set(network, options);
  return options;
}

function writeNetworkOptions(network: DhcpNetwork): NetworkOptions {
  const { gateway, nameservers } = network;
  return {
    server: writeOption(OPTIONS.serverIdentifier, network.address),
    lease: leaseTimes(leaseSecondsFor(network, false)),
    bootLease: leaseTimes(leaseSecondsFor(network, true)),
    mask: writeOption(OPTIONS.subnetMask, network.cidr.netmask),
    ways: [
      ...(gateway === null ? [] : [writeOption(OPTIONS.routers, [gateway])]),
      ...(nameservers.length === 0 ? [] : [writeOption(OPTIONS.nameservers, nameservers)]),
    ],
  };
}

/** T1 and T2 are always sent, at the shares that RFC 2131 4.4.5 names. */
function leaseTimes(seconds: number): readonly WrittenOption[] {
  return [
    writeOption(OPTIONS.leaseTime, seconds),
    writeOption(OPTIONS.renewalTime, Math.floor(seconds / 2)),
    writeOption(OPTIONS.rebindingTime, Math.floor((seconds * 7) / 8)),
  ];
}
