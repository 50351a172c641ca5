/**
 * A DHCP server as a process of its own: `node test/dhcp/server-process.ts '<settings as JSON>'`, inside the
 * network namespace of the test. Prints one JSON line for each thing that happens; a line on standard input
 * asks for a report.
 */
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { bootStageOf } from '../../src/boot/client.ts';
import { systemClock } from '../../src/clock.ts';
import { openServerPort } from '../../src/daemon/packets/server-port.ts';
import { openSockets } from '../../src/daemon/preflight/sockets.ts';
import { createDhcpCounters } from '../../src/dhcp/counters.ts';
import { createDesk, openPlaces } from '../../src/dhcp/desk.ts';
import { openLeaseJournal } from '../../src/dhcp/leases/lease-journal.ts';
import { createReservationTable } from '../../src/dhcp/leases/reservations.ts';
import { startDhcpServer } from '../../src/dhcp/server.ts';
import { createSteppedClock } from '../../src/dhcp/watch/clock-steps.ts';
import { endpointsOf } from '../../src/dhcp/wires/endpoints.ts';
import type { DhcpNetwork } from '../../src/dhcp/wires/network.ts';
import { createLog } from '../../src/log.ts';
import { parseCidr, parseIpv4 } from '../../src/net/ipv4.ts';
import { parseMac } from '../../src/net/mac.ts';

const networkShape = z.object({
  name: z.string().default('pxe'),
  /** Absent: behind relays. */
  interface: z.string().nullable().default(null),
  wire: z.string().optional(),
  cidr: z.string().default('10.77.0.0/16'),
  address: z.string().default('10.77.0.1'),
  gateway: z.string().nullable().default(null),
  mode: z.enum(['authoritative', 'reservations', 'proxy']).default('authoritative'),
  range: z.object({ from: z.string(), to: z.string() }).default({ from: '10.77.1.1', to: '10.77.9.254' }),
  leaseSeconds: z.number().default(3600),
  bootLeaseSeconds: z.number().default(600),
  strangersPerPort: z.number().default(32),
  strangersPercent: z.number().default(100),
  identity: z.enum(['mac', 'client-id']).default('mac'),
  arpProbe: z.boolean().default(false),
  reply: z.enum(['broadcast', 'unicast']).default('broadcast'),
});

const settings = networkShape
  .extend({
    journal: z.string(),
    reservations: z.array(z.object({ mac: z.string(), address: z.string().nullable() })).default([]),
    facts: z.boolean().default(true),
    descriptor: z.number().nullable().default(null),
    /** Networks beside the one of the other settings. */
    more: z.array(networkShape).default([]),
  })
  .parse(JSON.parse(process.argv[2] ?? '{}'));

const say = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
const must = <T>(value: T | null, text: string): T => {
  if (value === null) throw new Error(`not understood: ${text}`);
  return value;
};
const address = (text: string) => must(parseIpv4(text), text);

const reservations = createReservationTable();
for (const entry of settings.reservations)
  reservations.set('reservation', must(parseMac(entry.mac), entry.mac), {
    addresses: entry.address === null ? [] : [address(entry.address)],
    hostname: null,
  });
const log = createLog('warn');
const journal = await openLeaseJournal(settings.journal, {
  log,
  onNotice: ({ sentence }) => log.error({}, sentence),
});
const counters = createDhcpCounters();
const networks = [settings, ...settings.more].map((one): DhcpNetwork => {
  const gateway = one.gateway === null ? null : address(one.gateway);
  return {
    name: one.name,
    interface: one.interface,
    wire: one.interface ?? one.wire ?? one.name,
    cidr: must(parseCidr(one.cidr), one.cidr),
    address: address(one.address),
    gateway,
    nameservers: [address('10.77.0.2')],
    leaseSeconds: one.leaseSeconds,
    identity: one.identity,
    bootLeaseSeconds: one.bootLeaseSeconds,
    mode: one.mode,
    strangersPerPort: one.strangersPerPort,
    strangersPercent: one.strangersPercent,
    arpProbe: one.arpProbe,
    reply: one.reply,
    ranges: [{ from: address(one.range.from), to: address(one.range.to) }],
  };
});
const places = await openPlaces(networks, { journal, clock: systemClock });
const desk = createDesk({
  places,
  journal,
  reservations,
  macOfUuid: () => null,
  isOurSearch: () => false,
  probeOn: () => null,
  onNotice: say,
  onOtherServer: () => undefined,
  stageOf: bootStageOf,
  bootFields: (_facts, network) => {
    const options = [
      { code: 60, value: Buffer.from('PXEClient') },
      // "Use the boot file, look for no boot server": without it EDK2 asks port 4011 first.
      { code: 43, value: Uint8Array.of(6, 1, 8, 255) },
    ];
    return { siaddr: network.address, file: 'undionly.kpxe', options };
  },
  clock: createSteppedClock(systemClock),
  log,
  counters,
  onFact: (fact) => {
    if (settings.facts) say(fact);
  },
});
const servers = await Promise.all(
  endpointsOf(networks).map(async (endpoint, index) =>
    startDhcpServer({
      answerer: desk,
      endpoint,
      port: 67,
      clock: systemClock,
      log,
      counters,
      descriptor:
        (index === 0 ? settings.descriptor : null) ??
        (await openServerPort(endpoint, { port: 67, look: openSockets, log })),
    }),
  ),
);
say({ ready: true });

const report = (): void => {
  const leases = places.flatMap(({ book }) => book.leases());
  say({ report: true, leases, counters: counters.snapshot() });
};
createInterface({ input: process.stdin }).on('line', report);
process.once('SIGTERM', () => {
  void Promise.all(servers.map((server) => server.stop())).then(async () => {
    report();
    await journal.close();
    process.exit(0);
  });
});
