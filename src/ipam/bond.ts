/** A portgroup as a bond in `network_data.json`. Pure. */
import type { Json } from '../json.ts';
import type { PortgroupRecord, PortRecord } from '../store/records/port.ts';

/** Linux's bonding modes, each at its number (Documentation/networking/bonding.rst). */
export const BOND_MODES = [
  'balance-rr',
  'active-backup',
  'balance-xor',
  'broadcast',
  '802.3ad',
  'balance-tlb',
  'balance-alb',
] as const;
export type BondMode = (typeof BOND_MODES)[number];

/** A mode by its name or its number; null for any other text. */
export function bondMode(text: string): BondMode | null {
  if (/^\d$/.test(text)) return BOND_MODES[Number(text)] ?? null;
  return BOND_MODES.find((mode) => mode === text) ?? null;
}

export type BondedPort = Pick<PortRecord, 'address' | 'physical_network' | 'portgroup_uuid'>;
export type Bond = Pick<PortgroupRecord, 'uuid' | 'address' | 'mode' | 'properties'>;

export type NetworkDataBond = {
  readonly id: string;
  readonly type: 'bond';
  /** Of the bond: the portgroup's own, else that of its NIC with the lowest. */
  readonly ethernet_mac_address: string;
  readonly mtu: null;
  /** Ids of its NICs' links. */
  readonly bond_links: readonly string[];
  readonly bond_mode: BondMode;
  /** The other settings: `bond_miimon`, `bond_xmit_hash_policy`, ... */
  readonly [setting: `bond_${string}`]: Json;
};

/** The bond of these NICs; `links` are their ids, sorted as the MACs are. */
export function bondLink(
  group: Bond,
  { macs, links }: { readonly macs: readonly string[]; readonly links: readonly string[] },
): NetworkDataBond {
  return {
    ...settings(group),
    id: bondId(group),
    type: 'bond',
    ethernet_mac_address: group.address ?? macs[0] ?? '',
    mtu: null,
    bond_links: links,
    bond_mode: bondMode(group.mode) ?? 'active-backup',
  };
}

function bondId({ uuid }: Pick<Bond, 'uuid'>): string {
  return `bond-${uuid}`;
}

/** cloud-init takes every field that begins with `bond_` for a setting of the bond. */
function settings({ properties }: Bond): Record<`bond_${string}`, Json> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [`bond_${name.replace(/^bond_/, '')}`, value]),
  );
}
