/** At the start: leases of networks that are not in the configuration any more. */
import type { NetworkConfig } from '../../config/schema.ts';
import type { Log } from '../../log.ts';
import type { WatchedJournal } from './lease-journal.ts';

type Options = {
  /** All of the configuration. */
  readonly networks: readonly Pick<NetworkConfig, 'name' | 'cidr' | 'dhcp'>[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly log: Pick<Log, 'info' | 'warn'>;
};

/**
 * Moves them to the networks that have their addresses, so that a network may be renamed, and says so; of others it is
 * said that nobody serves them.
 */
export async function adoptStrayLeases(
  journal: Pick<WatchedJournal, 'adopt'>,
  { networks, now, log }: Options,
): Promise<void> {
  const known = networks.map(({ name }) => name);
  const homes = networks
    .filter(({ dhcp }) => dhcp === 'authoritative' || dhcp === 'reservations')
    .map(({ name, cidr }) => ({ name, cidr }));
  for (const { from, to, leases } of await journal.adopt({ known, homes, now })) {
    if (to !== null)
      log.info(
        { leases, from, to },
        `${leases} leases of the network "${from}", which is no more, are of "${to}" now`,
      );
    else
      log.warn(
        { leases, network: from },
        `${leases} leases that still run are of the network "${from}", which is not in the configuration, and no ` +
          'network has their addresses: they are not renewed; name that network again to serve them',
      );
  }
}
