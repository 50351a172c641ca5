/** A search for other DHCP servers on each interface that ingot serves. */
import type { OtherServerView } from '../../api/deps.ts';
import type { Clock } from '../../clock.ts';
import type { NetworkConfig } from '../../config/schema.ts';
import { serverAddresses } from '../../config/server-address.ts';
import type { DhcpNotice } from '../../dhcp/notice.ts';
import type { Expectation } from '../../dhcp/watch/other-servers.ts';
import { type ServerSearch, startServerSearch } from '../../dhcp/watch/server-search.ts';
import type { Log } from '../../log.ts';
import type { Ipv4 } from '../../net/ipv4.ts';
import type { Mac } from '../../net/mac.ts';
import { keepTrying, type Service } from './keep-trying.ts';
import { onInterface } from './on-interface.ts';

export type ServerSearches = Service & {
  /** Whether a question comes from one of our own searches (a relay can bring it back). */
  isOurs(mac: Mac): boolean;
  /** A machine of that network took the offer of that server. */
  named(network: string, server: Ipv4): void;
  list(): readonly OtherServerView[];
};

type Options = {
  readonly networks: readonly NetworkConfig[];
  readonly indexOf: (name: string) => number | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly onNotice: (notice: DhcpNotice) => void;
};

const EXPECTATIONS: Readonly<Record<Exclude<NetworkConfig['dhcp'], 'off'>, Expectation>> = {
  authoritative: 'only',
  reservations: 'any',
  proxy: 'beside',
};

export function startServerSearches(options: Options): ServerSearches {
  const { networks, clock, log } = options;
  const own = serverAddresses(networks);
  const searches = new Map<string, ServerSearch>();
  const services = searched(networks).map(({ config, nic, expects }) => {
    const start = async (): Promise<Service> => {
      const search = startServerSearch({
        network: config.name,
        interface: nic,
        expects,
        everyMs: config.dhcp_search_s * 1000,
        isOurs: (address) => own.has(address),
        clock,
        onNotice: options.onNotice,
      });
      searches.set(config.name, search);
      return search;
    };
    return keepTrying(onInterface(start, { name: nic, indexOf: options.indexOf, clock }), {
      clock,
      onStarted: () => undefined,
      // The server on that interface has the same problem, and makes it an event.
      onProblem: (sentence) =>
        log.warn({ network: config.name }, `looking for other DHCP servers: ${sentence}`),
    });
  });
  return {
    isOurs: (mac) => {
      for (const search of searches.values()) if (search.mac === mac) return true;
      return false;
    },
    named: (network, server) => searches.get(network)?.named(server),
    list: () =>
      [...searches].flatMap(([network, search]) =>
        search.servers().map(({ address, mac, lastSeen }) => ({
          network,
          address,
          mac,
          last_seen: new Date(clock.now() - clock.elapsed() + lastSeen).toISOString(),
        })),
      ),
    stop: async () => {
      await Promise.all(services.map((service) => service.stop()));
    },
  };
}

type Searched = { readonly config: NetworkConfig; readonly nic: string; readonly expects: Expectation };

/** One network of each interface, for they share the wire: the first. */
function searched(networks: readonly NetworkConfig[]): readonly Searched[] {
  const found = new Map<string, Searched>();
  for (const config of networks) {
    const { interface: nic, dhcp } = config;
    if (nic === undefined || dhcp === 'off' || config.dhcp_search_s === 0 || found.has(nic)) continue;
    found.set(nic, { config, nic, expects: EXPECTATIONS[dhcp] });
  }
  return [...found.values()];
}
