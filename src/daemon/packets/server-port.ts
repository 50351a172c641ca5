/**
 * UDP ports of our servers that somebody else may have: another ingot with another `state_dir`, or another program. Who
 * that is stands in the error.
 */
import type { Endpoint } from '../../dhcp/wires/endpoints.ts';
import { IngotError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { openDescriptor } from '../../net/bound-socket.ts';
import { formatHolder, inTheWay, isOurs, type OpenSocket } from '../preflight/sockets.ts';

/** A port that a server needs; `device` null: on every interface. */
export type UdpPlace = Pick<OpenSocket, 'address' | 'device' | 'port'>;

/** Who listens on this machine. May reject. */
type Look = () => Promise<readonly OpenSocket[]>;

/**
 * A socket for DHCP or for PXE's boot server. Bound for ourselves alone, so that the kernel refuses a second server on
 * the same interface: both would answer every machine. Who is bound to no interface, or to another one and all its
 * addresses, may stay, as a DHCP server of another network does; he is logged. libuv allows later ones the same.
 * @throws IngotError `conflict` naming who has the port, `environment` for other failures
 */
export async function openServerPort(
  { arrival }: Endpoint,
  { port, look, log }: { readonly port: number; readonly look: Look; readonly log: Log },
): Promise<number> {
  const { device, address } =
    arrival.by === 'interface'
      ? { device: arrival.interface, address: null }
      : { device: null, address: arrival.address };
  const where = { interface: device, address, port };
  try {
    return openDescriptor(where);
  } catch (thrown) {
    if (!isHeld(thrown)) throw thrown;
    const place = { device, address, port };
    const sockets = await holdersOf(place, look);
    const others = sockets.filter((socket) => !isOurs(socket, process.pid));
    const rival = others.find((other) => other.device === device && other.address === address);
    if (rival !== undefined || sockets.length === 0) throw heldBy(place, { holder: rival, cause: thrown });
    for (const other of others)
      log.warn(
        { holder: formatHolder(other) },
        `another program listens on ${nameOf(place)}, too: see that it answers none of our machines`,
      );
    return openDescriptor({ ...where, shared: true });
  }
}

/** Starts a server that shares its port with nobody. @throws as `start` does; `conflict` names who has the port */
export async function namingHolder<T>(place: UdpPlace, look: Look, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (thrown) {
    if (!isHeld(thrown)) throw thrown;
    const [holder] = await holdersOf(place, look);
    throw heldBy(place, { holder, cause: thrown });
  }
}

function isHeld(thrown: unknown): boolean {
  return thrown instanceof IngotError && thrown.code === 'conflict';
}

/** None where we cannot look (no `ss`): the refusal then names nobody. */
async function holdersOf(place: UdpPlace, look: Look): Promise<readonly OpenSocket[]> {
  const sockets = await look().catch(() => []);
  return sockets.filter((socket) => inTheWay({ ...place, protocol: 'udp' }, socket));
}

type Held = { readonly holder: OpenSocket | undefined; readonly cause: unknown };

function heldBy(place: UdpPlace, { holder, cause }: Held): IngotError {
  const who = holder === undefined ? 'another process' : formatHolder(holder);
  const pid = holder?.holder?.pid;
  const find = pid === undefined ? 'find it with `ss -ulpn`' : `\`ps -fp ${pid}\` tells which it is`;
  return new IngotError('conflict', `${nameOf(place)} is held by ${who}`, {
    hint: `Stop that program or keep it off this interface (${find}), or give this ingot another interface. It tries again every few seconds.`,
    cause,
  });
}

function nameOf({ address, device, port }: UdpPlace): string {
  return `UDP port ${port} on ${device ?? address ?? 'every interface'}`;
}
