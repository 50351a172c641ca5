/** Whose address is whose, from before ingot was started: what a machine fetches tells its address only. */
import type { LeaseView } from '../../api/deps.ts';
import type { Log } from '../../log.ts';
import { parseIpv4 } from '../../net/ipv4.ts';
import { parseMac } from '../../net/mac.ts';
import type { Store } from '../../store/store.ts';
import type { FactSorter } from './facts.ts';

type Parts = {
  readonly store: Pick<Store, 'jobs'>;
  readonly leases: () => Promise<readonly LeaseView[]>;
  readonly facts: Pick<FactSorter, 'learn'>;
  readonly log: Log;
};

/** Only where a job may be in the middle of a boot: the list may be long. */
export async function learnAddresses({ store, leases, facts, log }: Parts): Promise<void> {
  if ((await store.jobs.runningBare()).length === 0) return;
  try {
    for (const lease of await leases()) {
      const [mac, address] = [lease.mac === null ? null : parseMac(lease.mac), parseIpv4(lease.address)];
      if (mac !== null && address !== null) facts.learn(mac, address);
    }
  } catch (error) {
    log.warn(
      { error: String(error) },
      'the leases could not be read: the files of boots under way belong to no node',
    );
  }
}
