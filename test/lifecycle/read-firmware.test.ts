/** A reading that takes too long, through the real Redfish client: the BMC is left in peace. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { openBmc } from '../../src/bmc/open-bmc.ts';
import { systemClock } from '../../src/clock.ts';
import { timeoutsSchema } from '../../src/config/timeouts.ts';
import { readFirmware } from '../../src/lifecycle/steps/read-firmware.ts';
import { createLog } from '../../src/log.ts';
import { type Fault, SYSTEM, startFakeBmc } from '../bmc/fake-bmc.ts';
import { createWorld } from './fakes/world.ts';

const BIOS = `${SYSTEM}/Bios`;
const log = createLog('silent');

async function reading(answer: Fault['answer']) {
  const fake = await startFakeBmc();
  onTestFinished(() => fake.close());
  Object.assign(fake.state.system, { Bios: { '@odata.id': BIOS } });
  fake.fault({ on: ({ path }) => path === BIOS, times: 100, answer });
  const login = { redfish_username: 'admin', redfish_password: 'correct-horse' };
  const bmc = openBmc('redfish', { redfish_address: fake.url, ...login }, { clock: systemClock, log });
  onTestFinished(() => bmc.close());
  const asked = (): number => fake.seen.filter(({ path }) => path === BIOS).length;
  const node = await (await createWorld()).node();
  const stopping = new AbortController();
  const context = { node: () => node, now: () => systemClock.now(), signal: stopping.signal, log };
  const read = (limit: () => Promise<void>) =>
    readFirmware(context, {
      withBmc: (_node, work) => work(bmc),
      clock: { ...systemClock, sleep: limit },
      timeouts: timeoutsSchema.parse({}),
    });
  /** Passes as soon as the BMC has been asked. */
  const untilAsked = () => vi.waitFor(() => expect(asked()).toBe(1));
  return { bmc, asked, read, stopping, untilAsked };
}

test.each([
  ['hangs', 'hang'],
  ['asks for two minutes of patience', { status: 503, headers: { 'retry-after': '120' } }],
] as const)('a BIOS resource that %s is asked for no more once the time is up', async (_, answer) => {
  const { bmc, asked, read, untilAsked } = await reading(answer);
  await read(untilAsked);
  // The queue is free: this is answered, and would come after what was still waiting.
  expect(await bmc.power()).toBe('off');
  expect(asked()).toBe(1);
});

test('an end of the step ends the reading too', async () => {
  const { bmc, read, stopping, untilAsked } = await reading('hang');
  const ends = read(() => new Promise(() => undefined));
  await untilAsked();
  stopping.abort(new Error('the node is aborted'));
  await expect(ends).rejects.toThrow('the node is aborted');
  expect(await bmc.power()).toBe('off');
});
