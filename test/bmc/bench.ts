/** A fake BMC with a client on it, both gone when the test ends. */
import { onTestFinished } from 'vitest';
import type { Bmc } from '../../src/bmc/bmc.ts';
import { type BmcDeps, openBmc } from '../../src/bmc/open-bmc.ts';
import type { Timeouts } from '../../src/bmc/redfish/exchange.ts';
import { IngotError } from '../../src/errors.ts';
import type { JsonObject } from '../../src/json.ts';
import { createLog } from '../../src/log.ts';
import { type FakeBmc, startFakeBmc } from './fake-bmc.ts';
import { instantClock } from './instant-clock.ts';

export const TIMEOUTS: Timeouts = { connect: 2000, headers: 300, body: 300, total: 2000 };

export type Bench = {
  readonly fake: FakeBmc;
  readonly bmc: Bmc;
  readonly clock: ReturnType<typeof instantClock>;
};

export async function bench(
  options: {
    readonly info?: JsonObject;
    readonly tls?: { readonly cert: string; readonly key: string };
  } = {},
): Promise<Bench> {
  const fake = await startFakeBmc(options.tls);
  onTestFinished(() => fake.close());
  return { fake, ...client({ redfish_address: fake.url, ...options.info }) };
}

export function client(
  info: JsonObject,
  deps: Pick<BmcDeps, 'sessions' | 'timeouts'> = {},
): Omit<Bench, 'fake'> {
  const clock = instantClock();
  const driverInfo = { redfish_username: 'admin', redfish_password: 'correct-horse', ...info };
  const bmc = openBmc('redfish', driverInfo, {
    clock,
    log: createLog('silent'),
    timeouts: TIMEOUTS,
    random: () => 0.5,
    ...deps,
  });
  onTestFinished(() => bmc.close());
  return { bmc, clock };
}

/** The `IngotError` that a call must end in. */
export async function errorOf(call: Promise<unknown>): Promise<IngotError> {
  const outcome = await call.then(
    () => 'no error',
    (error: unknown) => error,
  );
  if (outcome instanceof IngotError) return outcome;
  throw new Error(`expected an IngotError, got ${String(outcome)}`);
}
