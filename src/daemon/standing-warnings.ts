import type { DhcpNotice } from '../dhcp/notice.ts';

export type StandingWarnings = {
  take(notice: DhcpNotice): void;
  /** The sentences of what is still so, the oldest first. */
  list(): readonly string[];
};

/** What each kind of notice does to the warning of its network and server. */
const EFFECTS: Readonly<Record<DhcpNotice['kind'], 'stands' | 'ends' | 'passes'>> = {
  'dhcp.other_server': 'stands',
  'dhcp.other_server_gone': 'ends',
  'dhcp.no_server': 'stands',
  'dhcp.server_found': 'ends',
  'dhcp.address_in_use': 'passes',
  'dhcp.quarantine_full': 'passes',
  'dhcp.proxy_arp': 'passes',
  'dhcp.too_many_strangers': 'passes',
  'dhcp.no_mac': 'passes',
  'dhcp.shared_uuid': 'passes',
  'dhcp.lease_log_damaged': 'passes',
  'network.datagrams_dropped': 'passes',
};

/** Warnings about networks that hold until they are taken back: `why` tells them to whom they may explain something. */
export function createStandingWarnings(): StandingWarnings {
  const standing = new Map<string, string>();
  return {
    take: ({ kind, network, sentence, data }) => {
      if (EFFECTS[kind] === 'passes') return;
      const isAbsence = kind === 'dhcp.no_server' || kind === 'dhcp.server_found';
      const key = `${network} ${isAbsence ? 'none' : data.server}`;
      standing.delete(key);
      if (EFFECTS[kind] === 'stands') standing.set(key, sentence);
    },
    list: () => [...standing.values()],
  };
}
