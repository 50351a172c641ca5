/** What may be missed and takes too long, through the real Redfish client: it is told, and the BMC is left in peace. */
import { expect, onTestFinished, test } from 'vitest';
import { openBmc } from '../../src/bmc/open-bmc.ts';
import { systemClock } from '../../src/clock.ts';
import { timeoutsSchema } from '../../src/config/timeouts.ts';
import { createBesides } from '../../src/lifecycle/steps/ask-besides.ts';
import { readFirmware } from '../../src/lifecycle/steps/read-firmware.ts';
import { createLog } from '../../src/log.ts';
import { type Fault, SYSTEM, startFakeBmc } from '../bmc/fake-bmc.ts';
import { createWorld } from './fakes/world.ts';

const BIOS = `${SYSTEM}/Bios`;
const SECURE_BOOT = `${SYSTEM}/SecureBoot`;
const log = createLog('silent');

/** Of a BMC whose resource at `path` answers so. */
async function reading(path: string, answer: Fault['answer']) {
  const fake = await startFakeBmc();
  onTestFinished(() => fake.close());
  const links = { Bios: { '@odata.id': BIOS }, SecureBoot: { '@odata.id': SECURE_BOOT } };
  Object.assign(fake.state.system, links);
  fake.fault({ on: (request) => request.path === path, times: 100, answer });
  const login = { redfish_username: 'admin', redfish_password: 'correct-horse' };
  const bmc = openBmc('redfish', { redfish_address: fake.url, ...login }, { clock: systemClock, log });
  onTestFinished(() => bmc.close());
  const asked = (): number => fake.seen.filter((request) => request.path === path).length;
  const node = await (await createWorld()).node();
  const stopping = new AbortController();
  const context = { node: () => node, now: () => systemClock.now(), signal: stopping.signal, log };
  /** `limit` takes the place of the time that each question has. */
  const besides = (limit: () => Promise<void>) =>
    createBesides(context, {
      withBmc: (_node, work) => work(bmc),
      clock: { ...systemClock, sleep: limit },
      timeouts: timeoutsSchema.parse({}),
    });
  const read = (limit: () => Promise<void>) => readFirmware(context, besides(limit));
  /** Passes as soon as the BMC has been asked. */
  const untilAsked = () => expect.poll(asked).toBe(1);
  return { bmc, asked, besides, read, stopping, untilAsked };
}

const ANSWERS = [
  ['hangs', 'hang'],
  ['asks for two minutes of patience', { status: 503, headers: { 'retry-after': '120' } }],
] as const;

test.each(ANSWERS)('a BIOS resource that %s is asked for no more once the time is up', async (_, answer) => {
  const { bmc, asked, read, untilAsked } = await reading(BIOS, answer);
  await read(untilAsked);
  // The queue is free: this is answered, and would come after what was still waiting.
  expect(await bmc.power()).toBe('off');
  expect(asked()).toBe(1);
});

test.each(ANSWERS)(
  'a Secure Boot resource that %s is told as missed, and keeps nothing that comes after it',
  async (_, answer) => {
    const { asked, besides, untilAsked } = await reading(SECURE_BOOT, answer);
    const one = besides(untilAsked);
    expect(
      await one.ask({ what: 'its Secure Boot setting' }, (bmc, signal) => bmc.secureBoot(signal)),
    ).toBeUndefined();
    expect((await one.ask({ what: 'its system' }, (bmc) => bmc.systemInfo()))?.model).toBe('X1');
    expect(one.untold()).toMatch(/^ Its BMC did not tell its Secure Boot setting: what was known before/);
    expect(asked()).toBe(1);
  },
);

test('the rest of the host is asked of nothing but the system itself', async () => {
  const { bmc } = await reading(`${SYSTEM}/EthernetInterfaces`, 'hang');
  expect((await bmc.systemInfo()).model).toBe('X1');
});

test('an end of the step ends the reading too', async () => {
  const { bmc, read, stopping, untilAsked } = await reading(BIOS, 'hang');
  const ends = read(() => new Promise(() => undefined));
  await untilAsked();
  stopping.abort(new Error('the node is aborted'));
  await expect(ends).rejects.toThrow('the node is aborted');
  expect(await bmc.power()).toBe('off');
});
