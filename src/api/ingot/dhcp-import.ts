/** `POST /ingot/v1/dhcp/import`: reservations and leases that another DHCP server kept. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config } from '../../config/schema.ts';
import { IngotError } from '../../errors.ts';
import { checkReservation } from '../../ipam/check-reservation.ts';
import { cidrContains, type Ipv4 } from '../../net/ipv4.ts';
import type { Mac } from '../../net/mac.ts';
import type { Queries } from '../../store/store.ts';
import type { ApiContext } from '../context.ts';
import type { DhcpControl, ForeignLease, ImportVerdict, LeaseImport } from '../deps.ts';
import { parseBody } from '../parse.ts';
import { nicMac } from '../schemas/common.ts';
import { ipv4 } from '../schemas/reservation.ts';
import { BODY_LIMITS } from '../server.ts';
import { refuseUnknownNetwork } from './network-filter.ts';
import { reserve } from './reservations.ts';

const hostname = z.string().max(253).nullable().default(null);
const time = z.iso.datetime().transform((text) => Date.parse(text));

export const importBody = z.strictObject({
  /** Whose files they were, for the event. */
  from: z.string().max(64),
  /** Judge only. */
  dry_run: z.boolean().default(false),
  /** For reservations that name no address. */
  network: z.string().max(63).nullable().default(null),
  reservations: z.array(z.unknown()).max(100_000).default([]),
  leases: z.array(z.unknown()).max(200_000).default([]),
});
const reservationEntry = z.strictObject({
  mac: nicMac,
  address: ipv4.nullable(),
  hostname,
  /** An address of the subnet that it stood in: names the network of one without an address. */
  subnet: ipv4.nullable().default(null),
});
const leaseEntry = z.strictObject({
  mac: nicMac,
  address: ipv4,
  hostname,
  starts_at: time,
  expires_at: time,
});

type ImportBody = Omit<z.output<typeof importBody>, 'reservations' | 'leases'> & {
  readonly reservations: readonly z.output<typeof reservationEntry>[];
  readonly leases: readonly z.output<typeof leaseEntry>[];
};

/** Reservations between two turns of the event loop, and leases in one message to the packet thread. */
const SLICE = 200;
/** Reservations in one transaction. */
const ATOMIC = 2_000;

const NO_DHCP: Pick<DhcpControl, 'importLeases'> = {
  importLeases: async ({ leases }) => leases.map(() => ({ result: 'skipped', why: 'no DHCP runs here' })),
};

export function dhcpImportRoutes(app: FastifyInstance, context: ApiContext): void {
  app.post('/ingot/v1/dhcp/import', { bodyLimit: BODY_LIMITS.dhcp }, async (request) => {
    const whole = parseBody(importBody, request.body, 'import');
    refuseUnknownNetwork(whole.network ?? undefined, context.config.networks, []);
    const body: ImportBody = {
      ...whole,
      reservations: await parseInTurns(reservationEntry, whole.reservations, 'reservation'),
      leases: await parseInTurns(leaseEntry, whole.leases, 'lease'),
    };
    const reservations = await importReservations(body, context);
    const kept = body.reservations.flatMap(({ mac, address }, index) =>
      address !== null && reservations[index]?.result !== 'skipped' ? [{ mac, address }] : [],
    );
    const rehearsal = body.dry_run ? kept : null;
    const leases = await importLeases(body, rehearsal, context);
    if (!body.dry_run) await tell(body, [...reservations, ...leases], context);
    return { reservations: reservations.map(view), leases: leases.map(view) };
  });
}

/** Tens of thousands take seconds: others have their turns between. */
async function parseInTurns<T extends z.ZodType>(
  entry: T,
  items: readonly unknown[],
  what: string,
): Promise<readonly z.output<T>[]> {
  const parsed: z.output<T>[] = [];
  for (const [index, item] of items.entries()) {
    parsed.push(parseBody(entry, item, `${what} ${index}`));
    if (index % SLICE === SLICE - 1) await nextTurn();
  }
  return parsed;
}

function view(verdict: ImportVerdict): object {
  return { result: verdict.result, why: verdict.result === 'skipped' ? verdict.why : null };
}

/**
 * A part in a transaction each, so that nobody else's write waits for tens of thousands; what fails in its midst is
 * asked for again, and then those of the parts before are unchanged. A rehearsal is one, so that later reservations
 * are judged beside the earlier ones.
 */
async function importReservations(body: ImportBody, context: ApiContext): Promise<readonly ImportVerdict[]> {
  const { reservations } = body;
  const atOnce = body.dry_run ? reservations.length : ATOMIC;
  const verdicts: ImportVerdict[] = [];
  for (let from = 0; from < reservations.length; from += atOnce) {
    const part = { ...body, reservations: reservations.slice(from, from + atOnce) };
    verdicts.push(...(await importTogether(part, context)));
  }
  return verdicts;
}

function networkAround(address: Ipv4, networks: Config['networks']): string | null {
  return networks.find(({ cidr }) => cidrContains(cidr, address))?.name ?? null;
}

async function importTogether(
  body: ImportBody,
  { store, config, dhcp }: ApiContext,
): Promise<readonly ImportVerdict[]> {
  const verdicts: ImportVerdict[] = [];
  // Undoes the transaction, whose verdicts are wanted all the same.
  const rehearsed = new Error('a rehearsal');
  const rules = { networks: config.networks, source: 'import', replace: false } as const;
  try {
    await store.transaction(async (queries) => {
      for (const [index, { mac, address, hostname: name, subnet }] of body.reservations.entries()) {
        const around = subnet === null ? null : networkAround(subnet, config.networks);
        const network = address === null ? (body.network ?? around) : null;
        verdicts.push(await judge(queries, { network, mac, address, hostname: name }, rules));
        if (index % SLICE === SLICE - 1) await nextTurn();
      }
      if (body.dry_run) throw rehearsed;
    });
  } catch (thrown) {
    if (thrown !== rehearsed) throw thrown;
    return verdicts;
  }
  const macs = body.reservations.flatMap(({ mac }, i): Mac[] =>
    verdicts[i]?.result === 'taken' ? [mac] : [],
  );
  if (macs.length > 0) await dhcp?.reservationsChanged(macs);
  return verdicts;
}

async function judge(
  queries: Queries,
  wish: Parameters<typeof reserve>[1],
  rules: Parameters<typeof reserve>[2],
): Promise<ImportVerdict> {
  try {
    const { record, was } = await reserve(queries, wish, rules);
    return { result: record === was ? 'unchanged' : 'taken' };
  } catch (thrown) {
    if (!(thrown instanceof IngotError)) throw thrown;
    if (thrown.code !== 'conflict' && thrown.code !== 'invalid_input') throw thrown;
    return { result: 'skipped', why: thrown.message };
  }
}

type Placed = { readonly index: number; readonly network: string; readonly lease: ForeignLease };

async function importLeases(
  { leases }: ImportBody,
  rehearsal: LeaseImport['rehearsal'],
  { config, dhcp }: ApiContext,
): Promise<readonly ImportVerdict[]> {
  const verdicts = new Map<number, ImportVerdict>();
  for (let from = 0; from < leases.length; from += SLICE) {
    const part = leases.slice(from, from + SLICE);
    const placed = part.flatMap(({ starts_at, expires_at, ...lease }, at): readonly Placed[] => {
      // What a reservation may not have, a lease may not have either.
      const place = checkReservation({ ...lease, hostname: null, network: null }, config.networks);
      if (!place.ok) verdicts.set(from + at, { result: 'skipped', why: place.message });
      const times = { startedAt: starts_at, expiresAt: expires_at };
      return place.ok
        ? [{ index: from + at, network: place.network.name, lease: { ...lease, ...times } }]
        : [];
    });
    for (const [network, slice] of Map.groupBy(placed, (one) => one.network)) {
      const order = {
        network,
        leases: slice.map(({ lease }) => lease),
        rehearsal: rehearse(slice, rehearsal),
      };
      const answers = await (dhcp ?? NO_DHCP).importLeases(order);
      for (const [at, { index }] of slice.entries()) verdicts.set(index, answers[at] ?? NOT_JUDGED);
    }
  }
  return leases.map((_, index) => verdicts.get(index) ?? NOT_JUDGED);
}

/** Of the reservations that are rehearsed along, those that have a say in these leases. */
function rehearse(slice: readonly Placed[], all: LeaseImport['rehearsal']): LeaseImport['rehearsal'] {
  const macs = new Set(slice.map(({ lease }) => lease.mac));
  const addresses = new Set(slice.map(({ lease }) => lease.address));
  return all?.filter(({ mac, address }) => macs.has(mac) || addresses.has(address)) ?? null;
}

const NOT_JUDGED: ImportVerdict = { result: 'skipped', why: 'the packet thread did not say' };

async function tell(
  { from }: ImportBody,
  verdicts: readonly ImportVerdict[],
  { store }: ApiContext,
): Promise<void> {
  const count = (result: ImportVerdict['result']): number =>
    verdicts.filter((verdict) => verdict.result === result).length;
  const data = { taken: count('taken'), unchanged: count('unchanged'), skipped: count('skipped') };
  await store.events.append({
    node_uuid: null,
    kind: 'dhcp.imported',
    message: `Reservations and leases of ${from}: ${data.taken} taken, ${data.unchanged} there already, ${data.skipped} skipped`,
    data: { from, ...data },
  });
}
