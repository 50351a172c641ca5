/** What firmware is told over many rounds of a boot that never comes to a script, by the daemon's own decision. */
import { expect, test } from 'vitest';
import { createProgramRounds } from '../../../src/boot/program-rounds.ts';
import { createBootAnswers } from '../../../src/daemon/packets/boot-answers.ts';
import type { Fact } from '../../../src/daemon/packets/packet-protocol.ts';
import type { ClientMessage } from '../../../src/dhcp/codec/message-type.ts';
import { entry, IPXE_WITH_HTTP, ipv4, SITE } from '../../boot/fixtures.ts';
import { factsOf, mac } from '../../dhcp/samples.ts';

type Options = readonly (readonly [number, Uint8Array])[];
type Mode = 'authoritative' | 'proxy';
const text = (value: string): Uint8Array => Buffer.from(value);
const MAC = mac(1);
const PXE: Options = [
  [60, text('PXEClient:Arch:00007:UNDI:003016')],
  [93, Uint8Array.of(0, 7)],
];
const HTTP: Options = [
  [60, text('HTTPClient:Arch:00016:UNDI:003016')],
  [93, Uint8Array.of(0, 16)],
];
const IPXE: Options = [...PXE, [77, text('iPXE')], [175, IPXE_WITH_HTTP]];

/** A machine of a node, a minute from one boot to the next; what is told to it, and of it. */
function machine() {
  let [now, xid] = [0, 0];
  const told: Fact[] = [];
  const rounds = createProgramRounds();
  const answers = createBootAnswers({
    rounds,
    files: new Set(['snponly.efi']),
    httpGrubs: new Set(),
    entryOf: () => ({ ...entry('ramdisk'), mac: MAC }),
    site: SITE,
    clock: { now: () => now, elapsed: () => now },
    onFact: (fact) => told.push(fact),
  });
  const say = (type: ClientMessage, options: Options, mode: Mode) =>
    answers(factsOf({ type, mac: MAC, xid, options }), { address: ipv4('10.77.0.1'), mode })?.file ?? null;
  return {
    told,
    rounds,
    /** The boot file; firmware that is offered none asks for none. */
    boot: (options = PXE, mode: Mode = 'authoritative'): string | null => {
      now += 60_000;
      xid++;
      const offered = say('discover', options, mode);
      return offered === null || mode === 'proxy' ? offered : say('request', options, mode);
    },
  };
}

test.each([
  ['PXE', PXE, 'authoritative'],
  ['PXE beside another server', PXE, 'proxy'],
  ['HTTP boot', HTTP, 'authoritative'],
] as const)(
  '%s: after five programs in vain nothing is offered, and the node hears of it once',
  (...given) => {
    const [, options, mode] = given;
    const { boot, told } = machine();
    const files = Array.from({ length: 8 }, () => boot(options, mode));
    expect(files.slice(0, 5).every((file) => file?.endsWith('snponly.efi'))).toBe(true);
    expect(files.slice(5)).toEqual([null, null, null]);
    expect(told).toMatchObject([{ kind: 'boot.loop', mac: MAC }]);
    expect(told[0]?.sentence).toContain('named to it 5 times in 10 minutes');
  },
);

test('a machine whose iPXE speaks DHCP is led to its program for ever', () => {
  const { boot, told } = machine();
  for (let times = 0; times < 12; times++) {
    expect(boot()).toBe('snponly.efi');
    expect(boot(IPXE)).toContain('/ipxe/');
  }
  expect(told).toEqual([]);
});

test('so is one whose GRUB has loaded its configuration', () => {
  const { boot, rounds } = machine();
  for (let times = 0; times < 12; times++) {
    expect(boot()).toBe('snponly.efi');
    rounds.arrived(MAC);
  }
});
