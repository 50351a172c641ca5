/**
 * Leases of networks that the configuration does not name any more, because one was renamed, say: they go to the
 * network that has their addresses now, for the machines still use them.
 */
import type Database from 'better-sqlite3';
import { type Cidr, cidrContains, type Ipv4 } from '../../../net/ipv4.ts';

export type Homes = {
  /** Names of all networks that there are: their leases stay. */
  readonly known: readonly string[];
  /** Where addresses are given. */
  readonly homes: readonly { readonly name: string; readonly cidr: Cidr }[];
  /** Milliseconds since the epoch. */
  readonly now: number;
};

/**
 * Leases of one network that is gone. `to`: null where no network has their addresses; then running ones count only.
 */
export type Adoption = { readonly from: string; readonly to: string | null; readonly leases: number };

type Stray = { readonly network: string; readonly address: Ipv4; readonly expires_at: number };

/** All names that leases have: each found by the primary key from the one before, not by reading every lease. */
const NAMES = `WITH RECURSIVE name (network) AS (
    SELECT min(network) FROM lease
    UNION ALL
    SELECT (SELECT min(network) FROM lease WHERE network > name.network) FROM name WHERE network IS NOT NULL
  )`;

/** In one transaction. Of two leases of one address the one that began later stays. */
export function adoptLeases(database: Database.Database, { known, homes, now }: Homes): readonly Adoption[] {
  const strays = database.prepare<[string], Stray>(
    `${NAMES} SELECT network, address, expires_at FROM lease
     WHERE network IN (SELECT network FROM name WHERE network NOT IN (SELECT value FROM json_each(?)))`,
  );
  const copy = database.prepare<[string, string, string]>(
    `INSERT INTO lease (network, address, mac, hostname, started_at, expires_at, relay, client_id, giaddr)
     SELECT ?, address, mac, hostname, started_at, expires_at, relay, client_id, giaddr
     FROM lease WHERE network = ? AND address = ?
     ON CONFLICT (network, address) DO UPDATE SET mac = excluded.mac, hostname = excluded.hostname,
       started_at = excluded.started_at, expires_at = excluded.expires_at, relay = excluded.relay,
       client_id = excluded.client_id, giaddr = excluded.giaddr
     WHERE excluded.started_at > started_at`,
  );
  const remove = database.prepare<[string, string]>('DELETE FROM lease WHERE network = ? AND address = ?');
  const adoptions = new Map<string, Adoption>();
  database.transaction(() => {
    for (const { network: from, address, expires_at } of strays.all(JSON.stringify(known))) {
      const to = homes.find(({ cidr }) => cidrContains(cidr, address))?.name ?? null;
      if (to === null && expires_at <= now) continue;
      if (to !== null) {
        copy.run(to, from, address);
        remove.run(from, address);
      }
      const key = JSON.stringify([from, to]);
      adoptions.set(key, { from, to, leases: (adoptions.get(key)?.leases ?? 0) + 1 });
    }
  })();
  return [...adoptions.values()];
}
