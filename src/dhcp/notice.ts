/** What the packet thread tells of a network rather than of one machine; the daemon makes an event of it. */
export type DhcpNotice = {
  readonly kind:
    | 'dhcp.other_server'
    | 'dhcp.other_server_gone'
    /** Where another server has to give the addresses. */
    | 'dhcp.no_server'
    | 'dhcp.server_found'
    | 'dhcp.address_in_use'
    | 'dhcp.quarantine_full'
    | 'dhcp.proxy_arp'
    | 'dhcp.too_many_strangers'
    /** A machine that is known by nothing but a UUID, which is no node's. */
    | 'dhcp.no_mac'
    /** Two nodes' machines have one UUID. */
    | 'dhcp.shared_uuid'
    /** Leases that were on disk are lost. */
    | 'dhcp.lease_log_damaged'
    /** Before anybody could read them. */
    | 'network.datagrams_dropped';
  readonly severity: 'info' | 'warning' | 'error';
  /** Null: it is about machines, wherever they are, or about ingot. */
  readonly network: string | null;
  /** What happened and what to do, for a human. */
  readonly sentence: string;
  readonly data: Readonly<Record<string, string | number | null>>;
};

/** About one network. */
export type NetworkNotice = DhcpNotice & { readonly network: string };
