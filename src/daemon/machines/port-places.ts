/** Keeps with each port where its NIC is plugged in, as relays say (DHCP option 82), and tells when that changes. */
import type { Clock } from '../../clock.ts';
import type { RelayPlace } from '../../dhcp/facts.ts';
import type { Log } from '../../log.ts';
import type { Mac } from '../../net/mac.ts';
import { createRecentMap } from '../../net/recent-map.ts';
import type { Store } from '../../store/store.ts';

export type PortPlaces = {
  /** Writes in the background, and only what is new. */
  seen(mac: Mac, relay: RelayPlace): void;
  stop(): Promise<void>;
};

/** NICs whose place is remembered; for others the store is asked again. */
const MOST = 100_000;

/** Relays of one wire each pass on every message of a machine: what comes this soon by another is no move. */
const TOGETHER_MS = 10_000;
const MOST_TOGETHER = 4;

type Heard = { readonly relay: RelayPlace; at: number };
/** The place that is written, and what other relays of the wire say of the same messages. */
type Group = [Heard, ...Heard[]];

export function createPortPlaces(store: Store, log: Log, clock: Pick<Clock, 'elapsed'>): PortPlaces {
  const last = createRecentMap<Mac, Group>(MOST);
  /** Of each NIC the newest place only: what was said before it and not written yet is of no use. */
  const next = new Map<Mac, RelayPlace>();
  let writing: Promise<void> | null = null;

  const write = async (mac: Mac, relay: RelayPlace): Promise<void> => {
    await store.transaction(async (queries) => {
      const port = await queries.ports.findByAddress(mac);
      if (port === null) return;
      const dhcp = recordOf(relay);
      const kept = JSON.stringify(port.internal_info.dhcp);
      const group = last.get(mac) ?? [];
      if ([dhcp, ...group.map((heard) => recordOf(heard.relay))].some((one) => JSON.stringify(one) === kept))
        return;
      await queries.ports.update(port.uuid, { internal_info: { ...port.internal_info, dhcp } });
      await queries.events.append({
        node_uuid: port.node_uuid,
        kind: 'dhcp.relay',
        message: `${mac} is ${placeText(relay)}`,
        data: { mac, ...dhcp },
      });
    });
  };

  const writeAll = async (): Promise<void> => {
    for (let [first] = next; first !== undefined; [first] = next) {
      const [mac, relay] = first;
      next.delete(mac);
      try {
        await write(mac, relay);
      } catch (error) {
        last.delete(mac);
        log.warn({ mac, error: String(error) }, 'where a port is plugged in could not be written');
      }
    }
    writing = null;
  };

  return {
    seen: (mac, relay) => {
      const heard: Heard = { relay, at: clock.elapsed() };
      const group = last.get(mac);
      if (group !== undefined && goesOn(group, heard)) return;
      last.set(mac, [heard]);
      next.set(mac, relay);
      writing ??= writeAll();
    },
    stop: async () => {
      await writing;
    },
  };
}

/** Whether that is no move; then the group knows of it. */
function goesOn(group: Group, heard: Heard): boolean {
  const [written] = group;
  const place = placeText(heard.relay);
  const known = group.find(({ relay }) => placeText(relay) === place);
  if (known !== undefined) {
    // What is written was not heard of when this one was heard last.
    const isAlone = written.at < known.at - TOGETHER_MS;
    known.at = heard.at;
    return !isAlone;
  }
  const isOtherRelay =
    heard.relay.giaddr !== null && group.every(({ relay }) => relay.giaddr !== heard.relay.giaddr);
  const isSoon = group.some(({ at }) => heard.at - at <= TOGETHER_MS);
  if (!isOtherRelay || !isSoon || group.length >= MOST_TOGETHER) return false;
  group.push(heard);
  return true;
}

/** As the port keeps it. */
function recordOf({ giaddr, circuitId: circuit_id, remoteId: remote_id }: RelayPlace) {
  return { giaddr, circuit_id, remote_id };
}

/** `behind the relay 10.1.0.1, circuit eth0:12, remote id sw-7`. Pure. */
function placeText({ giaddr, circuitId, remoteId }: RelayPlace): string {
  const parts = [
    giaddr === null ? null : `the relay ${giaddr}`,
    circuitId === null ? null : `circuit ${circuitId}`,
    remoteId === null ? null : `remote id ${remoteId}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'behind no relay' : `behind ${parts.join(', ')}`;
}
