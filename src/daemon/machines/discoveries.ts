/**
 * The list of machines that were heard on the wire and belong to no node: in memory, bounded, the least recently
 * seen out first; written to the store in the background, a machine that says nothing new once a minute at most.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../clock.ts';
import type { Config } from '../../config/schema.ts';
import type { Log } from '../../log.ts';
import { type Mac, parseMac } from '../../net/mac.ts';
import type { DiscoveredRecord } from '../../store/records/discovered.ts';
import type { NewEvent } from '../../store/records/event.ts';
import type { Queries, Store } from '../../store/store.ts';
import type { Fact } from '../packets/packet-protocol.ts';
import { sighted, tellsMore } from './discovered-machine.ts';

export type Discoveries = {
  see(fact: Fact, mac: Mac): void;
  /** The last seen first. */
  list(): readonly DiscoveredRecord[];
  /** Resolves when it is off the list on disk too; false when it was not on it. */
  forget(mac: Mac): Promise<boolean>;
  /** Takes the machines off that are this node's now. */
  enrolled(nodeUuid: string): Promise<void>;
  /** Writes what is not written yet. */
  stop(): Promise<void>;
};

type Options = {
  readonly store: Store;
  readonly config: Pick<Config, 'networks'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Machines on the list at most. */
  readonly most?: number;
};

const MOST = 10_000;
const FLUSH_MS = 2_000;
/** Rows in one transaction, so that a flood of invented MACs does not hold up the API. */
const ROWS_AT_ONCE = 500;
const QUIET_MS = 60_000;
/** Events of single machines in a minute; the rest is told as one number. */
const EVENTS_A_MINUTE = 20;

type Entry = { readonly record: DiscoveredRecord; readonly written: DiscoveredRecord | null };

/** What a transaction wrote, and whom it took off because a node has the MAC. */
type Committed = { readonly rows: ReadonlyMap<Mac, DiscoveredRecord>; readonly owned: ReadonlySet<Mac> };

/** Reads the list from the store. */
export async function startDiscoveries(options: Options): Promise<Discoveries> {
  const { store, config, clock, log } = options;
  const most = options.most ?? MOST;
  const known = await store.discovered.list();
  /** The least recently seen first. */
  const machines = new Map<Mac, Entry>();
  for (const record of known.toReversed()) {
    const mac = parseMac(record.mac);
    if (mac !== null) machines.set(mac, { record, written: record });
  }
  const dirty = new Set<Mac>();
  const gone = new Set<Mac>();
  const told = createDiscoveryEvents(clock);
  let stopping = false;
  let sleeping = false;
  let written: Promise<void> = Promise.resolve();

  const isDue = ({ record, written }: Entry): boolean =>
    written === null ||
    tellsMore(record, written) ||
    Date.parse(record.last_seen) - Date.parse(written.last_seen) >= QUIET_MS;

  const drop = (mac: Mac): void => {
    if (machines.get(mac)?.written !== null) gone.add(mac);
    machines.delete(mac);
    dirty.delete(mac);
  };

  const forget = async (macs: readonly Mac[]): Promise<number> => {
    const listed = macs.filter((mac) => machines.has(mac));
    for (const mac of listed) {
      machines.delete(mac);
      dirty.delete(mac);
    }
    if (listed.length > 0) await store.discovered.delete(listed);
    return listed.length;
  };

  /** Writes some; a machine that a node has meanwhile goes off the list. */
  const writeSome = async (): Promise<void> => {
    const batch = [...dirty].slice(0, ROWS_AT_ONCE);
    const leaving = [...gone];
    for (const mac of batch) dirty.delete(mac);
    gone.clear();
    const committed = await writeTogether(batch, leaving).catch((error: unknown) => {
      for (const mac of batch) if (machines.has(mac)) dirty.add(mac);
      for (const mac of leaving) if (!machines.has(mac)) gone.add(mac);
      throw error;
    });
    for (const mac of committed.owned) {
      machines.delete(mac);
      dirty.delete(mac);
    }
    for (const [mac, record] of committed.rows) {
      const now = machines.get(mac);
      if (now !== undefined) machines.set(mac, { ...now, written: record });
      // It went from the list while it was written.
      else gone.add(mac);
    }
  };

  /** One transaction, which changes nothing in memory: it may fail at its end. */
  const writeTogether = (batch: readonly Mac[], leaving: readonly Mac[]): Promise<Committed> =>
    store.transaction(async (queries) => {
      const owned = new Set(await ownedOf(batch, queries));
      const entries = batch.flatMap((mac) => {
        const entry = owned.has(mac) ? undefined : machines.get(mac);
        return entry === undefined ? [] : [{ mac, ...entry }];
      });
      await queries.discovered.delete([...leaving, ...owned]);
      await queries.discovered.put(entries.map(({ record }) => record));
      for (const { record, written } of entries) {
        const event = written === null ? told.of(record) : null;
        if (event !== null) await queries.events.append(event);
      }
      return { owned, rows: new Map(entries.map(({ mac, record }) => [mac, record])) };
    });

  const writeAll = async (): Promise<void> => {
    while (dirty.size + gone.size > 0) {
      try {
        await writeSome();
      } catch (error) {
        // They stay due: whoever is seen next has it tried again.
        log.error({ error: String(error) }, 'discovered machines could not be written');
        return;
      }
      // Other work of this thread goes between two batches.
      await nextTurn();
    }
  };

  const write = (): Promise<void> => {
    written = written.then(writeAll);
    return written;
  };

  const writeSoon = (): void => {
    if (sleeping) return;
    sleeping = true;
    void clock.sleep(FLUSH_MS).then(() => {
      sleeping = false;
      if (!stopping) void write();
    });
  };

  return {
    see: (fact, mac) => {
      const before = machines.get(mac);
      const record = sighted(before?.record ?? null, { fact, mac }, config.networks);
      const entry: Entry = { record, written: before?.written ?? null };
      // To the end, as the last seen.
      machines.delete(mac);
      machines.set(mac, entry);
      gone.delete(mac);
      const [oldest] = machines.keys();
      if (machines.size > most && oldest !== undefined) drop(oldest);
      if (!isDue(entry)) return;
      dirty.add(mac);
      writeSoon();
    },
    list: () => [...machines.values()].map(({ record }) => record).reverse(),
    forget: async (mac) => (await forget([mac])) > 0,
    enrolled: async (nodeUuid) => {
      if (machines.size === 0) return;
      const ports = await store.ports.listByNode(nodeUuid);
      await forget(ports.flatMap(({ address }) => parseMac(address) ?? []));
    },
    stop: async () => {
      stopping = true;
      for (const [mac, { record, written }] of machines) if (record !== written) dirty.add(mac);
      await write();
    },
  };
}

/** Those of the MACs that a node has, be it on a port that does not boot. */
async function ownedOf(macs: readonly Mac[], queries: Queries): Promise<readonly Mac[]> {
  const ports = await Promise.all(macs.map((mac) => queries.ports.findByAddress(mac)));
  return macs.filter((_, index) => ports[index] !== null);
}

/** One event a machine; of a flood of new ones the first of each minute, and how many more there were. */
function createDiscoveryEvents(clock: Pick<Clock, 'elapsed'>): {
  of(record: DiscoveredRecord): NewEvent | null;
} {
  let since = clock.elapsed();
  let count = 0;
  return {
    of: (record) => {
      const [now, before] = [clock.elapsed(), count];
      if (now - since >= QUIET_MS) {
        since = now;
        count = 0;
      }
      count++;
      const untold = count === 1 ? Math.max(0, before - EVENTS_A_MINUTE) : 0;
      return count > EVENTS_A_MINUTE ? null : discovered(record, untold);
    },
  };
}

function discovered(record: DiscoveredRecord, untold: number): NewEvent {
  const { mac, architecture, network, address, giaddr, circuit_id } = record;
  const what = [architecture, network === null ? null : `on network ${network}`].filter(Boolean).join(' ');
  const more = untold === 0 ? '' : ` So were ${untold} more before it, too many for an event each.`;
  return {
    node_uuid: null,
    kind: 'machine.discovered',
    message: `${mac} (${what}) belongs to no node and was heard: it ${record.message}.${more} See: ingot dhcp discovered`,
    data: { mac, architecture, network, address, giaddr, circuit_id },
  };
}
