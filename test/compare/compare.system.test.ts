/**
 * The same calls to a real Ironic (Debian's 21.4, API 1.82) and to ingot: status, headers, body and error text must be
 * the same, but for what `justified.ts` lists with its reason. A listed difference that is gone fails as well.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningDaemon, startDaemon } from '../rig/daemon.ts';
import { freePorts } from '../rig/ports.ts';
import { type Call, NEWEST, send } from './call.ts';
import { ABSENT, type Difference, differences, EMPTY } from './difference.ts';
import { FAMILIES } from './families.ts';
import { forceState } from './force-state.ts';
import { JUSTIFIED } from './justified/justified.ts';
import type { Justified } from './justified/reason.ts';
import { type RealIronic, startRealIronic } from './real-ironic.ts';

const SETTLES_MS = 60_000;
let theirs: RealIronic;
let ours: RunningDaemon;
let ourUrl: string;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ingot-compare-'));
  const ports = await freePorts('ironic', 'ingot');
  await mkdir(join(dir, 'ironic'));
  await mkdir(join(dir, 'ingot'));
  ourUrl = `http://127.0.0.1:${ports.ingot}`;
  [theirs, ours] = await Promise.all([
    startRealIronic(join(dir, 'ironic'), ports.ironic),
    startDaemon({
      dir: join(dir, 'ingot'),
      config: { api: { listen: `127.0.0.1:${ports.ingot}` }, networks: [] },
    }),
  ]);
});
afterAll(async () => {
  await theirs?.stop();
  await ours?.stop();
  await rm(dir, { recursive: true, force: true });
});

type Found = Difference & { readonly call: string };

const listed = (calls: readonly string[] | RegExp, name: string): boolean =>
  calls instanceof RegExp ? calls.test(name) : calls.includes(name);

const covers = ({ calls, at }: Justified, found: Found): boolean =>
  (calls === 'all' ? [ABSENT, EMPTY].includes(found.theirs) : listed(calls, found.call)) &&
  (typeof at === 'string' ? at === found.at : at.test(found.at));

test.each(FAMILIES)(
  '$name: ingot answers as Ironic does',
  async ({ name: family, calls }) => {
    const unexplained: string[] = [];
    const explained = new Set<string>();
    for (const call of calls) {
      const name = `${family}: ${call.name}`;
      for (const difference of await compare(call)) {
        const found = { call: name, ...difference };
        const reasons = JUSTIFIED.filter((one) => covers(one, found));
        for (const reason of reasons) explained.add(`${JUSTIFIED.indexOf(reason)} ${name}`);
        if (reasons.length === 0)
          unexplained.push(`${name} | ${found.at} | Ironic ${found.theirs} | ingot ${found.ours}`);
      }
    }
    const gone = JUSTIFIED.flatMap(({ calls: named, why }, index) => {
      if (named === 'all') return [];
      const shown = (name: string): boolean => explained.has(`${index} ${name}`);
      const expected = calls.map((call) => `${family}: ${call.name}`).filter((name) => listed(named, name));
      const missing =
        named instanceof RegExp
          ? expected.some(shown)
            ? []
            : expected.slice(0, 1)
          : expected.filter((name) => !shown(name));
      return missing.map((name) => `${name} | no longer differs: ${why}`);
    });
    expect([...unexplained, ...gone]).toEqual([]);
  },
  170_000,
);

async function compare(call: Call): Promise<readonly Difference[]> {
  if (call.forced !== undefined) {
    forceState(theirs.database, call.forced);
    forceState(join(dir, 'ingot/state/ingot.db'), call.forced);
  }
  const [left, right] = await Promise.all([send(theirs.url, call), send(ourUrl, call)]);
  if (call.settles !== undefined) {
    await settled(theirs.url, call.settles);
    await settled(ourUrl, call.settles);
  }
  return differences({ answer: left, base: theirs.url }, { answer: right, base: ourUrl });
}

/** Waits until what was asked for has happened; what came of it, the calls after it show. */
async function settled(base: string, awaited: NonNullable<Call['settles']>): Promise<void> {
  const path = 'node' in awaited ? `/v1/nodes/${awaited.node}` : `/v1/allocations/${awaited.allocation}`;
  for (const until = Date.now() + SETTLES_MS; ; await sleep(50)) {
    const { body } = await send(base, { name: '', method: 'GET', path, version: NEWEST });
    if (isSettled(awaited, body as Record<string, unknown>)) return;
    if (Date.now() > until)
      throw new Error(`${base}: not ${JSON.stringify(awaited)}, but ${JSON.stringify(body)}`);
  }
}

function isSettled(awaited: NonNullable<Call['settles']>, body: Record<string, unknown>): boolean {
  if ('allocation' in awaited) return body.state !== 'allocating';
  const { provision_state, reservation, target_power_state } = body;
  return provision_state === awaited.in && reservation === null && target_power_state === null;
}

test('every justified difference names calls that there are', () => {
  const names = new Set(FAMILIES.flatMap(({ name, calls }) => calls.map((call) => `${name}: ${call.name}`)));
  const strangers = JUSTIFIED.flatMap(({ calls }) =>
    typeof calls === 'string'
      ? []
      : calls instanceof RegExp
        ? [...names].some((name) => calls.test(name))
          ? []
          : [calls.source]
        : calls.filter((name) => !names.has(name)),
  );
  expect(strangers).toEqual([]);
});
