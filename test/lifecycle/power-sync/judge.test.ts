import { expect, test } from 'vitest';
import { IngotError } from '../../../src/errors.ts';
import { judgeLook, type Look } from '../../../src/lifecycle/power-sync/judge.ts';
import type { BmcTrouble } from '../../../src/store/records/node.ts';
import type { PowerState, ProvisionState } from '../../../src/store/words.ts';

const NOW = Date.UTC(2026, 10, 23, 12, 10);
const SINCE = Date.UTC(2026, 10, 23, 12);
const UNREACHABLE: BmcTrouble = {
  kind: 'unreachable',
  since: new Date(SINCE).toISOString(),
  message: 'BMC 10.30.0.5 does not answer',
  hint: 'Check the cable.',
};

function node(
  changes: {
    power_state?: PowerState | null;
    provision_state?: ProvisionState;
    bmc_trouble?: BmcTrouble;
  } = {},
) {
  return {
    uuid: 'n',
    provision_state: 'manageable' as const,
    power_state: 'power on' as const,
    bmc_trouble: null,
    ...changes,
  };
}

function failure(
  code: 'bmc_unreachable' | 'bmc_auth' | 'bmc_tls' | 'bmc_bad_answer' | 'busy',
  failures: number,
) {
  const error = new IngotError(code, 'BMC 10.30.0.5 says no', { hint: 'Look at it.' });
  return { kind: 'failure', error, failures, since: SINCE } satisfies Look;
}

const on: Look = { kind: 'power', power: 'on' };
const off: Look = { kind: 'power', power: 'off' };
const kinds = (verdict: ReturnType<typeof judgeLook>) => verdict?.events.map(({ kind }) => kind);

test('what the record says already changes nothing', () => {
  expect(judgeLook(node(), on, NOW)).toBeNull();
});

test.each(['turning-on', 'turning-off', 'unknown'] as const)('"%s" is no state to record', (power) => {
  expect(judgeLook(node(), { kind: 'power', power }, NOW)).toBeNull();
});

test('the record follows a machine that went off by itself, and tells so', () => {
  const verdict = judgeLook(node(), off, NOW);
  expect(verdict?.patch).toEqual({ power_state: 'power off' });
  expect(verdict?.events).toMatchObject([
    {
      kind: 'power.changed',
      severity: 'info',
      message:
        'The BMC shows the machine as off; the record said on. Nobody asked ingot for that: the record follows the machine.',
      data: { from: 'power on', to: 'power off' },
    },
  ]);
});

test('of a machine in use that is a warning', () => {
  expect(judgeLook(node({ provision_state: 'active' }), off, NOW)?.events).toMatchObject([
    { severity: 'warning' },
  ]);
  expect(judgeLook(node({ provision_state: 'active', power_state: null }), off, NOW)?.events).toMatchObject([
    { severity: 'info', message: 'The BMC shows the machine as off, which was not known before.' },
  ]);
});

test.each([
  ['bmc_unreachable', 1, null],
  ['bmc_unreachable', 2, 'unreachable'],
  ['bmc_bad_answer', 1, null],
  ['bmc_bad_answer', 2, 'bad answer'],
  ['bmc_auth', 1, 'credentials'],
  ['bmc_tls', 1, 'certificate'],
  ['busy', 9, null],
] as const)('%s for the %d. time in a row is told as %j', (code, failures, kind) => {
  const verdict = judgeLook(node(), failure(code, failures), NOW);
  if (kind === null) expect(verdict).toBeNull();
  else {
    expect(verdict?.patch.bmc_trouble).toMatchObject({ kind, since: '2026-11-23T12:00:00.000Z' });
    expect(kinds(verdict)).toEqual(['bmc.trouble']);
  }
});

test('a trouble that lasts is no news; another one is, at once', () => {
  const troubled = node({ bmc_trouble: UNREACHABLE });
  expect(judgeLook(troubled, failure('bmc_unreachable', 7), NOW)).toBeNull();
  expect(judgeLook(troubled, failure('bmc_bad_answer', 1), NOW)?.patch.bmc_trouble?.kind).toBe('bad answer');
});

test('the recovery is told with how long it took, beside a power state that has changed meanwhile', () => {
  const verdict = judgeLook(node({ bmc_trouble: UNREACHABLE }), off, NOW);
  expect(verdict?.patch).toEqual({ bmc_trouble: null, power_state: 'power off' });
  expect(kinds(verdict)).toEqual(['bmc.recovered', 'power.changed']);
  expect(verdict?.events[0]?.message).toBe(
    'The BMC answers again, as it should, after 10 min in which it could not be reached.',
  );
});
