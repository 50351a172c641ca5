import { expect, it, test } from 'vitest';
import { createUnaskedBoots } from '../../../src/daemon/machines/unasked-boots.ts';
import { createRecorder } from '../../../src/daemon/recorder.ts';
import { createLog } from '../../../src/log.ts';
import type { EventKind } from '../../../src/store/event-kinds.ts';
import type { NodePatch } from '../../../src/store/store.ts';
import { stoppedClock, temporaryStore } from '../../store/temporary-store.ts';

const A = '11111111-1111-4111-8111-111111111111';
const BEGIN = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;

/** One node, and events that come at minutes of a clock that the test sets. */
async function machine(patch: NodePatch) {
  let minute = 0;
  const clock = { ...stoppedClock(), now: () => BEGIN + minute * MINUTE };
  const log = createLog('silent');
  const store = await temporaryStore({ clock });
  await store.nodes.insert({ uuid: A, name: 'a', driver: 'redfish', ...patch });
  /** `recorder` as after a start of ingot: it remembers nothing. */
  const wire = async (at: number, kinds: readonly EventKind[]): Promise<void> => {
    minute = at;
    const recorder = createRecorder(store, log);
    const unasked = createUnaskedBoots(store, recorder, log);
    for (const kind of kinds) {
      const seen_at = new Date(clock.now()).toISOString();
      const event = { node_uuid: A, kind, message: kind, data: { seen_at } };
      recorder.record([event]);
      unasked.see([event]);
      await unasked.settled();
      await recorder.stop();
    }
  };
  const asked = async (at: number, kind: EventKind, data: { readonly [key: string]: string } = {}) => {
    minute = at;
    await store.events.append({ node_uuid: A, kind, message: kind, data });
  };
  const told = async (): Promise<readonly string[]> =>
    (await store.events.list({ kinds: ['boot.unasked'] })).map(({ message }) => message);
  return { store, wire, asked, told };
}

const BOOT = ['dhcp.discover', 'dhcp.ack', 'tftp.done', 'boot.script'] as const;

it('an active node that starts by itself is told of, each time', async () => {
  const { wire, asked, told } = await machine({ provision_state: 'active' });
  await asked(0, 'job.done');
  await wire(2, BOOT);
  expect(await told()).toEqual([]);
  await wire(60, ['dhcp.discover', 'dhcp.ack']);
  expect(await told(), 'its system asks DHCP too').toEqual([]);
  await wire(90, BOOT);
  expect(await told()).toEqual([expect.stringMatching(/started by itself.*sent on to its disk.*BMC/)]);
  await wire(100, ['boot.again']);
  expect(await told()).toHaveLength(2);
});

it('an active node that was restarted through ingot is not', async () => {
  const { wire, asked, told } = await machine({ provision_state: 'active' });
  await asked(60, 'power.requested');
  await wire(80, BOOT);
  expect(await told()).toEqual([]);
});

it('a ramdisk that starts anew in the same boot is told of, with how far it had come', async () => {
  const { store, wire, asked, told } = await machine({
    provision_state: 'deploying',
    boot_intent: 'ramdisk',
  });
  await asked(0, 'job.step_started', { step: 'boot-ramdisk' });
  await store.nodes.update(A, { boot_started_at: new Date(BEGIN).toISOString() });
  await wire(1, [...BOOT, 'boot.kernel', 'boot.initrd']);
  await asked(2, 'agent.lookup');
  await asked(2, 'agent.heartbeat');
  expect(await told()).toEqual([]);
  await wire(5, BOOT);
  expect(await told()).toEqual([
    expect.stringMatching(/started anew by itself.*as far as the agent calling back/),
  ]);

  await asked(10, 'job.step_started', { step: 'boot-ramdisk' });
  await store.nodes.update(A, { boot_started_at: new Date(BEGIN + 10 * MINUTE).toISOString() });
  await wire(11, BOOT);
  expect(await told(), 'the next boot was asked for').toHaveLength(1);
});

it('a ramdisk that was restarted through ingot, in a rescue, is not', async () => {
  const { store, wire, asked, told } = await machine({ provision_state: 'rescue', boot_intent: 'ramdisk' });
  await asked(0, 'job.step_started', { step: 'boot-ramdisk' });
  await store.nodes.update(A, { boot_started_at: new Date(BEGIN).toISOString() });
  await wire(1, BOOT);
  await asked(60, 'power.requested');
  await wire(65, BOOT);
  expect(await told()).toEqual([]);
  await wire(90, BOOT);
  expect(await told(), 'once').toHaveLength(1);
});

test.each([
  ['is not deployed', { provision_state: 'available' }],
  ['has its system from the network', { provision_state: 'active', boot_intent: 'instance' }],
] as const)('a machine that %s starts as it likes', async (_what, patch) => {
  const { wire, told } = await machine(patch);
  await wire(90, BOOT);
  expect(await told()).toEqual([]);
});
