/** Keeps with each port where its NIC is plugged in, as relays say (DHCP option 82), and tells when that changes. */
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

export function createPortPlaces(store: Store, log: Log): PortPlaces {
  const last = createRecentMap<Mac, string>(MOST);
  /** Of each NIC the newest place only: what was said before it and not written yet is of no use. */
  const next = new Map<Mac, RelayPlace>();
  let writing: Promise<void> | null = null;

  const write = async (mac: Mac, relay: RelayPlace): Promise<void> => {
    await store.transaction(async (queries) => {
      const port = await queries.ports.findByAddress(mac);
      if (port === null) return;
      const { giaddr, circuitId: circuit_id, remoteId: remote_id } = relay;
      const dhcp = { giaddr, circuit_id, remote_id };
      if (JSON.stringify(port.internal_info.dhcp) === JSON.stringify(dhcp)) return;
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
      const place = placeText(relay);
      if (last.get(mac) === place) return;
      last.set(mac, place);
      next.set(mac, relay);
      writing ??= writeAll();
    },
    stop: async () => {
      await writing;
    },
  };
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
