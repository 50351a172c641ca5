import { expect, test } from 'vitest';
import { limitsOf, TFTP_LIMITS } from '../../src/tftp/limits.ts';

const site = (maxTransfersPerClient: number) =>
  limitsOf({ maxBlockSize: 1400, maxTransfers: 2000, maxTransfersPerClient });

test('what the operator sets is in force, the rest as it is', () => {
  expect(site(8)).toEqual({ ...TFTP_LIMITS, maxBlockSize: 1400, maxTransfers: 2000 });
});

test('an address that many machines share may ask as often as they do together', () => {
  expect(site(200)).toMatchObject({ requestBurst: 2500, requestsPerSecond: 1250 });
});

test('fewer transfers for a client do not make it ask less often: missing files cost no transfer', () => {
  expect(site(1)).toMatchObject({ requestBurst: 100, requestsPerSecond: 50 });
});
