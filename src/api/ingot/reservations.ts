/** `/ingot/v1/dhcp/reservations`: what DHCP keeps for a MAC, whether a node has it or not. */
import type { FastifyInstance } from 'fastify';
import { IngotError } from '../../errors.ts';
import { checkReservation, type ReservationWish, reservationProblem } from '../../ipam/check-reservation.ts';
import { type Mac, parseMac } from '../../net/mac.ts';
import type { ReservationRecord } from '../../store/records/address.ts';
import type { Queries } from '../../store/store.ts';
import type { ReservationSource } from '../../store/words.ts';
import type { ApiContext } from '../context.ts';
import { parseBody, parseQuery } from '../parse.ts';
import { reservationCreate, reservationPath, reservationQuery } from '../schemas/reservation.ts';
import { refuseUnknownNetwork } from './network-filter.ts';

const PATH = '/ingot/v1/dhcp/reservations';

export function reservationRoutes(app: FastifyInstance, context: ApiContext): void {
  const { store, config, dhcp } = context;
  const inForce = async (mac: string): Promise<void> => {
    const parsed = parseMac(mac);
    if (parsed !== null) await dhcp?.reservationsChanged([parsed]);
  };

  app.get(PATH, async (request) => {
    const { network, mac } = parseQuery(reservationQuery, request.query);
    const [all, owners] = await Promise.all([store.reservations.list(), store.ports.owners()]);
    refuseUnknownNetwork(network, config.networks, all);
    const shown = all.filter(
      (one) => (network === undefined || one.network === network) && (mac === undefined || one.mac === mac),
    );
    return {
      reservations: shown.map((one) => ({
        ...one,
        node: owners.get(one.mac) ?? null,
        /** Why it is not served, as the configuration is now. */
        problem: reservationProblem(one, config.networks),
      })),
    };
  });

  /** 201, or 200 for what stood there already; `replace` gives the MAC's earlier one up. */
  app.post(PATH, async (request, reply) => {
    const { replace, ...wish } = parseBody(reservationCreate, request.body, 'reservation');
    const { record, was } = await store.transaction(async (queries) => {
      const stored = await reserve(queries, wish, { networks: config.networks, source: 'operator', replace });
      if (stored.was !== stored.record)
        await tell(
          queries,
          stored.record,
          stored.was === null ? 'reservation.created' : 'reservation.changed',
        );
      return stored;
    });
    await inForce(record.mac);
    return reply.code(was === null ? 201 : 200).send(record);
  });

  app.delete(`${PATH}/:network/:mac`, async (request, reply) => {
    const { network, mac } = parseBody(reservationPath, request.params, 'path');
    await store.transaction(async (queries) => {
      const record = await queries.reservations.get(network, mac);
      if (record === null) throw notReserved(network, mac);
      await queries.reservations.delete(network, mac);
      await tell(queries, record, 'reservation.deleted');
    });
    await inForce(mac);
    return reply.code(204).send();
  });
}

type ReservationAsked = Omit<ReservationWish, 'hostname'> & {
  /** Absent: none, or the one that stands there. */
  readonly hostname?: string | null | undefined;
};

type Rules = {
  readonly networks: ApiContext['config']['networks'];
  readonly source: ReservationSource;
  readonly replace: boolean;
};

/**
 * Writes the reservation and returns it with the one whose place it takes (itself, where the same stood already).
 * Throws `invalid_input` for what the configuration does not allow, `conflict` when another MAC has the address, or
 * this MAC another one and `replace` is not set.
 */
export async function reserve(
  queries: Queries,
  wish: ReservationAsked,
  { networks, source, replace }: Rules,
): Promise<{ readonly record: ReservationRecord; readonly was: ReservationRecord | null }> {
  const verdict = checkReservation({ ...wish, hostname: wish.hostname ?? null }, networks);
  if (!verdict.ok) {
    const sentence = `Reservation for ${wish.mac}: ${verdict.message}.`;
    throw new IngotError('invalid_input', sentence, { hint: verdict.hint });
  }
  const network = verdict.network.name;
  const { mac, address } = wish;
  const holder = address === null ? null : await queries.reservations.findByAddress(network, address);
  if (holder !== null && holder.mac !== mac) {
    throw new IngotError('conflict', `${address} is reserved for ${holder.mac} on network ${network}.`, {
      hint: `Choose another address, or first: ingot dhcp reservations delete ${holder.mac}`,
    });
  }
  const was = await queries.reservations.get(network, mac);
  const hostname = wish.hostname === undefined ? (was?.hostname ?? null) : wish.hostname;
  if (was !== null && was.address === address && was.hostname === hostname) return { record: was, was };
  if (was !== null && !replace) throw alreadyThere(was);
  return { record: await queries.reservations.put({ network, mac, address, hostname, source }), was };
}

function alreadyThere({ mac, network, address, hostname }: ReservationRecord): IngotError {
  const what = [address ?? 'no address', ...(hostname === null ? [] : [hostname])].join(', ');
  const sentence = `${mac} has a reservation on network ${network} already: ${what}.`;
  return new IngotError('conflict', sentence, {
    hint: 'Add it with --replace to change it. Upper and lower case make no other MAC.',
  });
}

function notReserved(network: string, mac: Mac): IngotError {
  return new IngotError('not_found', `${mac} has no reservation on network ${network}.`, {
    hint: '`ingot dhcp reservations` lists them.',
  });
}

const VERBS = {
  'reservation.created': 'was reserved',
  'reservation.changed': 'is now what is reserved',
  'reservation.deleted': 'is no longer reserved',
} as const;

async function tell(queries: Queries, record: ReservationRecord, kind: keyof typeof VERBS): Promise<void> {
  const { mac, network, address, hostname } = record;
  const port = await queries.ports.findByAddress(mac);
  await queries.events.append({
    node_uuid: port?.node_uuid ?? null,
    kind,
    message: `${address ?? 'An address from the range'} ${VERBS[kind]} for ${mac} on network ${network}`,
    data: { mac, network, address, hostname },
  });
}
