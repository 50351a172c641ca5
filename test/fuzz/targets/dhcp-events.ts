/** From a DHCP datagram to the events of nodes: the server, what it passes on, whose it is. All of it bounded. */
import { createFactSorter } from '../../../src/daemon/machines/facts.ts';
import { createDhcpTeller, FACT_COUNTS } from '../../../src/daemon/packets/dhcp-teller.ts';
import type { Fact } from '../../../src/daemon/packets/packet-protocol.ts';
import { createCounters } from '../../../src/net/counters.ts';
import type { NewEvent } from '../../../src/store/records/event.ts';
import { placeOf, startExchange } from '../../dhcp/exchange-rig.ts';
import { mac, NETWORK, NOW } from '../../dhcp/samples.ts';
import { dhcpDatagram } from '../inputs/dhcp.ts';
import { mutate, type Random } from '../mutate.ts';
import { type FuzzRun, type FuzzTarget, promise, survives } from '../target.ts';

const NODES = [mac(1), mac(2)];
/** As docs/dhcp.md has it: of each kind so many of one MAC at once, and three more a minute. */
const SHARE = { atOnce: 40, perSecond: 0.05 };
/** Of all strangers together. */
const STRANGERS = { atOnce: 20_000, perSecond: 1_000 };
const most = ({ atOnce, perSecond }: typeof SHARE, seconds: number): number =>
  atOnce + 1 + seconds * perSecond;
const LONGEST_SENTENCE = 500;

function open(random: Random): FuzzRun {
  let seconds = 0;
  let strangers = 0;
  /** Events of each node and kind so far. */
  const told = new Map<string, number>();
  const batch: Fact[] = [];
  const counters = createCounters(FACT_COUNTS);
  const isKnown = (one: string): boolean => NODES.some((node) => node === one);
  const teller = createDhcpTeller({
    isKnown,
    counters,
    clock: { elapsed: () => seconds * 1000 },
    send: (fact, more) => batch.push({ ...fact, ...more }),
  });
  const sorter = createFactSorter({
    nodeOfMac: (one) => (isKnown(one) ? `node of ${one}` : null),
    onStranger: () => strangers++,
    onPlace: () => undefined,
  });
  const rig = startExchange({
    places: [placeOf({ ...NETWORK, strangersPercent: 70 })],
    clock: { now: () => NOW + seconds * 1000, onStep: () => undefined },
    onFact: teller.tell,
  });
  for (const node of NODES) rig.reservations.set('node', node, { addresses: [], hostname: null });

  const judge = (input: Uint8Array, { kind, message, node_uuid: node }: NewEvent): void => {
    const name = `${node} ${kind}`;
    const count = (told.get(name) ?? 0) + 1;
    told.set(name, count);
    promise(node !== null, `an event of no node: ${kind}`, input);
    promise(count <= most(SHARE, seconds), `${count} events: ${name}`, input);
    const isPlain = message.length <= LONGEST_SENTENCE && !/\p{Cc}/u.test(message);
    promise(isPlain, `no sentence for an operator: ${JSON.stringify(message)}`, input);
  };
  const hear = (input: Buffer): void => {
    survives(input, () => rig.receive(input));
    const events = survives(input, () => sorter.sort(batch.splice(0)));
    for (const event of events) judge(input, event);
    promise(strangers <= most(STRANGERS, seconds), `${strangers} facts of strangers were told`, input);
    for (const kept of [rig.sent, rig.journaled, rig.notices]) kept.length = 0;
  };
  const step = (): void => {
    const valid = dhcpDatagram(random);
    hear(random.below(3) === 0 ? mutate(valid, random, [dhcpDatagram(random)]) : valid);
    if (random.below(200) === 0) seconds += random.below(60);
  };
  /** One that is heard above all others. */
  const finish = (): void => {
    const before = counters.snapshot().machines_not_told;
    for (let xid = 0; xid < 1_000; xid++) {
      rig.say({ type: 'discover', mac: mac(1), xid });
      hear(dhcpDatagram(random));
    }
    const leftOut = counters.snapshot().machines_not_told - before;
    promise(leftOut >= 900, `of a flood with a node’s MAC only ${leftOut} were left out`, Buffer.alloc(0));
  };
  return { step, finish };
}

export const targets: readonly FuzzTarget[] = [{ group: 'dhcp', name: 'what DHCP tells of machines', open }];
