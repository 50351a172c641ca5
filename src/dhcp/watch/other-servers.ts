/**
 * Which other DHCP servers were seen on a network, and what to say of it. Where we are the only server meant to be
 * there, each one is a warning, for machines take the first offer that suits them; where another server has to give
 * the addresses (mode proxy), its absence is.
 */
import type { Ipv4 } from '../../net/ipv4.ts';
import type { Mac } from '../../net/mac.ts';
import type { DhcpNotice } from '../notice.ts';

export type OtherServer = {
  readonly address: Ipv4;
  /** Null: only named by a machine that took its offer. */
  readonly mac: Mac | null;
  /** It leases addresses; one that only names boot files (a proxy) does not. Null: not known. */
  readonly leases: boolean | null;
  /** Milliseconds of the clock passed in. */
  readonly lastSeen: number;
};

/** `only`: no other server should be there; `beside`: one has to be; `any`: either is right. */
export type Expectation = 'only' | 'beside' | 'any';

type Options = {
  readonly network: string;
  readonly expects: Expectation;
  /** A server that was not heard for this long is gone. */
  readonly goneAfterMs: number;
};

/** A machine that names made-up servers cannot fill more than this. */
const MOST_SERVERS = 16;

export class OtherServers {
  readonly #options: Options;
  readonly #servers = new Map<Ipv4, OtherServer>();
  #saidNone = false;

  constructor(options: Options) {
    this.#options = options;
  }

  seen(): readonly OtherServer[] {
    return [...this.#servers.values()];
  }

  /** Records one; what has to be said about it. */
  sight(sighting: OtherServer): readonly DhcpNotice[] {
    const before = this.#servers.get(sighting.address);
    if (before === undefined && !this.#makeRoom(sighting)) return [];
    const server = {
      ...sighting,
      mac: sighting.mac ?? before?.mac ?? null,
      leases: sighting.leases ?? before?.leases ?? null,
    };
    this.#servers.set(server.address, server);
    const isNews = before === undefined || (before.mac === null && server.mac !== null);
    if (this.#options.expects === 'only') return isNews ? [this.#warning(server)] : [];
    if (!this.#saidNone || server.leases === false) return [];
    this.#saidNone = false;
    return [this.#found(server)];
  }

  /** One that was heard itself takes the place of one that was only named: anybody can name made-up servers. */
  #makeRoom({ mac }: OtherServer): boolean {
    if (this.#servers.size < MOST_SERVERS) return true;
    const onlyNamed = this.seen().find((server) => server.mac === null);
    if (mac === null || onlyNamed === undefined) return false;
    return this.#servers.delete(onlyNamed.address);
  }

  /** After a search: which servers are gone, and whether the one that has to be there was never heard. */
  searched(now: number): readonly DhcpNotice[] {
    const gone = this.seen().filter(({ lastSeen }) => now - lastSeen > this.#options.goneAfterMs);
    for (const { address } of gone) this.#servers.delete(address);
    const { expects } = this.#options;
    if (expects === 'only') return gone.map((server) => this.#gone(server));
    const isThere = this.seen().some(({ leases }) => leases !== false);
    if (expects === 'any' || isThere || this.#saidNone) return [];
    this.#saidNone = true;
    return [this.#none()];
  }

  #warning(server: OtherServer): DhcpNotice {
    const what = server.leases === false ? 'Another boot server (proxy DHCP)' : 'Another DHCP server';
    const sentence =
      `${what} answers on network ${this.#options.network}: ${named(server)}. Machines may take its offer and then ` +
      'have no boot file or a wrong address: turn it off there, or set dhcp: proxy for this network.';
    return this.#notice({ kind: 'dhcp.other_server', severity: 'warning', sentence, server });
  }

  #gone(server: OtherServer): DhcpNotice {
    const sentence = `The other DHCP server on network ${this.#options.network}, ${named(server)}, is not heard any more.`;
    return this.#notice({ kind: 'dhcp.other_server_gone', severity: 'info', sentence, server });
  }

  #none(): DhcpNotice {
    const { network } = this.#options;
    const sentence =
      `No DHCP server answers on network ${network}, where ingot (dhcp: proxy) only names boot files: machines get no ` +
      'address. Start that server, or set dhcp: authoritative with a range.';
    return this.#notice({ kind: 'dhcp.no_server', severity: 'warning', sentence, server: null });
  }

  #found(server: OtherServer): DhcpNotice {
    const sentence = `A DHCP server gives addresses on network ${this.#options.network} now: ${named(server)}.`;
    return this.#notice({ kind: 'dhcp.server_found', severity: 'info', sentence, server });
  }

  #notice(
    said: Pick<DhcpNotice, 'kind' | 'severity' | 'sentence'> & { server: OtherServer | null },
  ): DhcpNotice {
    const { server, ...rest } = said;
    const data = {
      network: this.#options.network,
      server: server?.address ?? null,
      mac: server?.mac ?? null,
    };
    return { ...rest, network: this.#options.network, data };
  }
}

/** `10.20.0.5 with MAC 52:54:00:...`. */
function named({ address, mac }: Pick<OtherServer, 'address' | 'mac'>): string {
  return mac === null ? `${address} (MAC not seen)` : `${address} with MAC ${mac}`;
}
