/** What `ingot node why` tells of a node, by the step that its job is at. */
import { describe, expect, it } from 'vitest';
import { timeoutsSchema } from '../../../src/config/timeouts.ts';
import { IngotError } from '../../../src/errors.ts';
import type { StepTimes } from '../../../src/lifecycle/engine/engine.ts';
import type { Why } from '../../../src/lifecycle/lifecycle.ts';
import { explainSilence, explainWhy, type WhyFacts } from '../../../src/lifecycle/why/why.ts';
import { bmcAsked } from '../../../src/lifecycle/why/why-steps.ts';
import type { JobRecord } from '../../../src/store/records/job.ts';
import type { NodeRecord } from '../../../src/store/records/node.ts';
import type { ProvisionState } from '../../../src/store/words.ts';
import { createWorld } from '../fakes/world.ts';

const PROBLEM = 'the ramdisk’s vmlinuz is not there.';
const WARNING = 'Another DHCP server answers on network pxe: 10.20.0.5.';
const ADDRESS = 'https://10.30.0.5';
const CHECKS = [/cable/, /address in driver_info/, /firewall.*route.*out-of-band/, /busy/];

async function aNode(): Promise<NodeRecord> {
  const world = await createWorld();
  const { uuid } = await world.node();
  return await world.store().nodes.update(uuid, { driver_info: { redfish_address: ADDRESS } });
}

const STARTED = '2026-11-22T12:00:00.000Z';

function aJob(step: string, fields: Partial<JobRecord> = {}): JobRecord {
  return {
    id: 1,
    node_uuid: 'n',
    verb: 'manage',
    asked_by: null,
    steps: [{ name: step, args: {} }],
    cursor: 0,
    attempt: 0,
    scratch: {},
    status: 'running',
    waiting_for: null,
    step_started_at: STARTED,
    wake_at: null,
    deadline: '2026-11-22T12:05:00.000Z',
    progress: null,
    error: null,
    abort: null,
    created_at: STARTED,
    updated_at: STARTED,
    ...fields,
  };
}

function factsOf(node: NodeRecord, job: JobRecord | null, times: StepTimes | null = null): WhyFacts {
  return {
    node,
    job,
    bootEvents: [],
    lastEvent: null,
    failureHint: null,
    retryHint: null,
    now: Date.parse(STARTED) + 2 * 60_000,
    times,
    does: (step) => step,
    bootProblem: PROBLEM,
    bootWarnings: [WARNING],
    bootTimes: timeoutsSchema.parse({}).boot,
    logs: null,
  };
}

function whyOf(node: NodeRecord, job: JobRecord | null, times: StepTimes | null = null): Why {
  return explainWhy(factsOf(node, job, times));
}

describe('a BMC that says nothing', () => {
  it.each([
    'verify',
    'power-on',
    'power-off',
    'soft-power-off',
    'find-ports',
    'boot-ramdisk',
    'boot-disk',
    'boot-instance',
    'leave-ramdisk',
  ])('is named in the step %s, with how long it is asked and what to check', async (step) => {
    const why = whyOf(await aNode(), aJob(step));
    expect(why.waiting_for).toBe(`an answer of the BMC at ${ADDRESS}`);
    expect(why.text).toContain(`The BMC at ${ADDRESS} is asked for 2 min now.`);
    for (const check of CHECKS) expect(why.check.join('\n')).toMatch(check);
  });

  it.each(['prepare-image', 'wait-agent', 'write-image'])('is not blamed in the step %s', async (step) => {
    const why = whyOf(await aNode(), aJob(step));
    expect(why.text).not.toContain('BMC');
    expect(why.waiting_for).toBeNull();
  });

  it.each([
    ['power-off', 'the end of switching the machine off', true],
    ['verify', `an answer of the BMC at ${ADDRESS}`, true],
    ['write-image', 'the end of writing the image', false],
  ])('is named once when the time of the step %s is up, waiting for %s: %s', async (step, awaited, named) => {
    const { because } = explainSilence(factsOf(await aNode(), aJob(step, { waiting_for: awaited })));
    expect(because).toContain(`Gave up after 2 min waiting for ${awaited}.`);
    expect(because.split(ADDRESS)).toHaveLength(named ? 2 : 1);
  });

  it('is named without the login that somebody put into its address', async () => {
    const node = { ...(await aNode()), driver_info: { redfish_address: 'https://root:secret@10.30.0.5' } };
    expect(bmcAsked(node, aJob('verify'))?.address).toBe(ADDRESS);
  });
});

describe('a BMC that answers badly', () => {
  const HINT = 'Restart the Redfish service.';
  const again = {
    attempt: 2,
    waiting_for: 'another try, because: The BMC answered HTTP 500.',
    wake_at: '2026-11-22T12:02:04.000Z',
  };

  it('is told with its last answer, the tries and the next, and no cable is asked for', async () => {
    const why = explainWhy({ ...factsOf(await aNode(), aJob('verify', again)), retryHint: HINT });
    expect(why.text).toContain('It waits for another try, because: The BMC answered HTTP 500.');
    expect(why.text).toContain('2 tries have failed; the next is in 4 s.');
    expect(why.check).toEqual([HINT]);
  });

  it('is told so by a daemon whose BMC does', async () => {
    const answer = new IngotError('bmc_bad_answer', 'The BMC answered HTTP 500.', { hint: HINT });
    let asked = 0;
    const withBmc = (): Promise<never> => (++asked === 1 ? Promise.reject(answer) : new Promise(() => {}));
    const world = await createWorld({ deps: { withBmc } });
    const { uuid } = await world.node();
    await world.daemon().requestVerb(uuid, { verb: 'manage' });
    await world.untilTrue('tried', async () => {
      const { text, check } = await world.daemon().why(uuid);
      return text.includes('try has failed') && check.includes(HINT);
    });
  });

  it('while the next try is under way is told so', async () => {
    const { text } = whyOf(await aNode(), aJob('verify', { ...again, wake_at: STARTED }));
    expect(text).toContain('2 tries have failed; the next is under way.');
  });

  it('that answers nothing any more has its cable checked', async () => {
    const why = whyOf(await aNode(), aJob('verify', again));
    expect(why.check.join(' ')).toMatch(/cable/);
  });
});

describe('what keeps machines from booting the ramdisk', () => {
  it.each([
    ['boot-ramdisk', true],
    ['wait-agent', true],
    ['collect-inventory', true],
    ['verify', false],
    ['prepare-image', false],
    ['power-off', false],
  ])('in the step %s is told: %s', async (step, told) => {
    expect(whyOf(await aNode(), aJob(step)).text.includes(PROBLEM)).toBe(told);
  });

  it.each<[ProvisionState, boolean]>([
    ['enroll', false],
    ['manageable', true],
    ['available', true],
    ['active', false],
  ])('of a node at rest in %s is told: %s', async (provision_state, told) => {
    expect(whyOf({ ...(await aNode()), provision_state }, null).text.includes(PROBLEM)).toBe(told);
  });
});

describe('what may be in the way on the wire', () => {
  it.each([
    ['wait-agent', 'ramdisk', true],
    ['wait-agent', 'disk', false],
    ['prepare-image', 'ramdisk', false],
  ] as const)('in the step %s of a node that boots %s is told: %s', async (step, boot_intent, told) => {
    const why = whyOf({ ...(await aNode()), boot_intent }, aJob(step));
    expect(why.check.includes(WARNING)).toBe(told);
  });
});

describe('what an operator may ask for', () => {
  it.each<[ProvisionState, string]>([
    ['clean hold', 'You may ask for abort, unhold.'],
    ['deploy hold', 'You may ask for abort, unhold.'],
    ['service hold', 'You may ask for abort, unhold, service.'],
  ])('in %s is told with the two ways out of it', async (provision_state, verbs) => {
    const { text } = whyOf({ ...(await aNode()), provision_state }, aJob('hold'));
    expect(text).toMatch(/`ingot node unhold \S+` lets its job go on, `ingot node abort \S+` ends it\./);
    expect(text).toContain(verbs);
  });

  it('in a hold is not told while the job tidies up after an abort', async () => {
    const node = { ...(await aNode()), provision_state: 'clean hold' } as const;
    const { text } = whyOf(node, aJob('leave-ramdisk', { error: 'Aborted.' }));
    expect(text).not.toMatch(/unhold|You may ask for/);
  });

  it.each<[Partial<NodeRecord>, string, RegExp]>([
    [
      { provision_state: 'manageable', retired: true, retired_reason: 'old' },
      'You may ask for inspect, clean, adopt.',
      /While it is retired it is refused: provide; this ends it: ingot node set \S+ retired=false \(reason: old\)\./,
    ],
    [
      { provision_state: 'active', protected: true },
      'You may ask for rescue, service.',
      /While it is protected it is refused: rebuild, undeploy; .* protected=false \(reason: none given\)\./,
    ],
    [
      { provision_state: 'manageable', maintenance: true },
      'You may ask for provide, inspect, adopt.',
      /While it is in maintenance it is refused: clean; this ends it: ingot node maintenance \S+ off/,
    ],
  ])('leaves out what a flag keeps from it: %j', async (fields, free, kept) => {
    const { text } = whyOf({ ...(await aNode()), ...fields }, null);
    expect(text).toContain(free);
    expect(text).toMatch(kept);
  });
});

describe('the time of a step', () => {
  const HOUR_MS = 3_600_000;

  it('is told as the engine reckons it, whatever the stored deadline and the wall clock say', async () => {
    const { text } = whyOf(await aNode(), aJob('verify'), { ranMs: HOUR_MS, leftMs: 300_000, behind: null });
    expect(text).toContain('The step fails at 2026-11-22 12:07:00 UTC, in 5 min, if nothing happens.');
    expect(text).toContain('is asked for 1 h now');
  });

  it.each([
    { of: 'a step that may take for ever', times: { ranMs: 0, leftMs: null, behind: null } },
    { of: 'a job that nobody works on yet', times: null },
  ])('is not told of $of', async ({ times }) => {
    expect(whyOf(await aNode(), aJob('verify'), times).text).not.toContain('The step fails');
  });

  it('that is over is told as over', async () => {
    const { text } = whyOf(await aNode(), aJob('verify'), { ranMs: HOUR_MS, leftMs: -1, behind: null });
    expect(text).toContain('The time of the step is over.');
  });
});
