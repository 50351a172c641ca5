/** Port 4011: which file to boot, for machines that have their address. */
import { describe, expect, it } from 'vitest';
import { bootStageOf } from '../../src/boot/client.ts';
import { createBootServer, type Source } from '../../src/dhcp/boot-server.ts';
import { OPTIONS, readOption } from '../../src/dhcp/codec/options/table.ts';
import { type DhcpPacket, decodePacket, encodePacket } from '../../src/dhcp/codec/packet.ts';
import { createDhcpCounters } from '../../src/dhcp/counters.ts';
import type { DhcpFact } from '../../src/dhcp/facts.ts';
import { createReservationTable } from '../../src/dhcp/leases/reservations.ts';
import type { DhcpNetwork } from '../../src/dhcp/wires/network.ts';
import type { Arrival } from '../../src/dhcp/wires/wires.ts';
import { createLog } from '../../src/log.ts';
import { cidr, ip, type MessageParts, mac, message, NETWORK, NOW } from './samples.ts';

const UUID = Uint8Array.from({ length: 17 }, (_, i) => i);
const EDK2 = [
  [60, Buffer.from('PXEClient:Arch:00007:UNDI:003016')],
  [97, UUID],
] as const;
const RACK: DhcpNetwork = { ...NETWORK, name: 'rack', interface: null, cidr: cidr('10.70.0.0/24') };
const ON_WIRE: Arrival = { by: 'interface', interface: 'eth1' };
const ROUTED: Arrival = { by: 'address', address: ip('10.77.0.1') };

type Scene = {
  readonly mode?: DhcpNetwork['mode'];
  readonly known?: true;
  readonly source?: Source;
  readonly arrival?: Arrival;
  readonly file?: string | null;
};

function asked(parts: MessageParts, scene: Scene = {}) {
  const { mode = 'authoritative', source = { address: '10.77.0.12', port: 4011 }, arrival = ON_WIRE } = scene;
  const counters = createDhcpCounters();
  const reservations = createReservationTable();
  if (scene.known) reservations.set('node', mac(1), { addresses: [], hostname: null });
  const sent: { packet: DhcpPacket; to: string }[] = [];
  const facts: DhcpFact[] = [];
  const file = scene.file === undefined ? 'snponly.efi' : scene.file;
  const options = [
    { code: 60, value: Buffer.from('PXEClient') },
    { code: 43, value: Uint8Array.of(6, 1, 8, 255) },
  ];
  const server = createBootServer({
    networks: [{ ...NETWORK, mode }, RACK],
    reservations,
    macOfUuid: () => null,
    stageOf: bootStageOf,
    bootFields: (_facts, { address }) => (file === null ? null : { siaddr: address, file, options }),
    now: () => NOW,
    log: createLog('silent'),
    counters,
    onFact: (fact) => facts.push(fact),
  });
  server.receive(encodePacket(message(parts)).bytes, {
    arrival,
    source,
    send: (bytes, { address, port }) => {
      const decoded = decodePacket(bytes);
      if (decoded.ok) sent.push({ packet: decoded.packet, to: `${address}:${port}` });
    },
  });
  const counted = Object.entries(counters.snapshot()).flatMap(([name, count]) => (count > 0 ? [name] : []));
  return { sent, facts, counted };
}

const question: MessageParts = { type: 'request', ciaddr: '10.77.0.12', options: EDK2 };

describe('the boot server', () => {
  it.each(['authoritative', 'reservations', 'proxy'] as const)(
    'acknowledges with the boot file, the UUID and no lease, where DHCP is %s',
    (mode) => {
      const { sent, facts } = asked(question, { mode, known: true });
      expect(sent).toMatchObject([
        {
          packet: { ciaddr: '10.77.0.12', yiaddr: null, siaddr: '10.77.0.1', file: 'snponly.efi' },
          to: '10.77.0.12:4011',
        },
      ]);
      const options = sent[0]?.packet.options ?? new Map();
      expect(readOption(options, OPTIONS.messageType)).toBe(5);
      expect(readOption(options, OPTIONS.serverIdentifier)).toBe('10.77.0.1');
      expect(readOption(options, OPTIONS.vendorClass)).toBe('PXEClient');
      expect(readOption(options, OPTIONS.bootFile)).toBe('snponly.efi');
      expect(options.get(97)).toEqual(UUID);
      expect([1, 3, 51, 58, 59].filter((code) => options.has(code))).toEqual([]);
      expect(facts).toMatchObject([{ kind: 'dhcp.boot_file', address: '10.77.0.12', mac: mac(1) }]);
    },
  );

  it.each<{ readonly type: MessageParts['type']; readonly answers: number }>([
    { type: 'request', answers: 1 },
    { type: 'discover', answers: 1 },
    { type: 'inform', answers: 1 },
    { type: 'release', answers: 0 },
    { type: 'decline', answers: 0 },
  ])('answers $type $answers times', ({ type, answers }) => {
    expect(asked({ ...question, type }).sent).toHaveLength(answers);
  });

  it('copies the boot item that was chosen from a menu', () => {
    const vendor = Uint8Array.of(0, 71, 4, 0, 2, 0, 0, 255);
    const { sent } = asked({ ...question, options: [...EDK2, [43, vendor]] });
    expect(sent[0]?.packet.options.get(43)).toEqual(Uint8Array.of(6, 1, 8, 71, 4, 0, 2, 0, 0, 255));
  });

  it('answers to where the question came from, and a machine without an address by broadcast', () => {
    const fromPort68 = { address: '10.77.0.12', port: 68 };
    expect(asked(question, { source: fromPort68 }).sent[0]?.to).toBe('10.77.0.12:68');
    const nobody = { address: '0.0.0.0', port: 68 };
    expect(asked({ ...question, type: 'discover' }, { source: nobody }).sent[0]?.to).toBe(
      '255.255.255.255:68',
    );
  });

  it('answers machines behind routers as those of their own network', () => {
    const source = { address: '10.70.0.9', port: 4011 };
    const { facts } = asked({ ...question, ciaddr: '10.70.0.9' }, { source, arrival: ROUTED });
    expect(facts).toMatchObject([{ network: 'rack' }]);
  });

  it('drops a question from port 0, to which nothing can be sent, and counts it', () => {
    const { sent, counted } = asked(question, { source: { address: '10.77.0.12', port: 0 } });
    expect(sent).toEqual([]);
    expect(counted).toEqual(['no_source_port']);
  });

  it.each<{ readonly says: string; readonly parts?: Partial<MessageParts>; scene?: Scene; reason: string }>([
    {
      says: 'a stranger of elsewhere',
      scene: { source: { address: '9.9.9.9', port: 4011 } },
      reason: 'unknown_link',
    },
    {
      says: 'nobody, from behind a router',
      parts: { type: 'discover' },
      scene: { source: { address: '0.0.0.0', port: 68 }, arrival: ROUTED },
      reason: 'unknown_link',
    },
    {
      says: 'an unknown machine where only known ones are served',
      scene: { mode: 'reservations' },
      reason: 'unknown_client',
    },
    { says: 'a machine that does not boot', parts: { options: [] }, reason: 'no_boot_question' },
    { says: 'firmware that we have nothing for', scene: { file: null }, reason: 'nothing_to_boot' },
  ])('says nothing to $says, and counts it', ({ parts, scene, reason }) => {
    const base: MessageParts = { type: 'request', options: EDK2 };
    const { sent, counted } = asked({ ...base, ...parts }, scene);
    expect(sent).toEqual([]);
    expect(new Set(counted)).toEqual(new Set(['received_boot_question', reason]));
  });
});
