/**
 * The NICs, made ready to be described: a NIC that is down knows neither carrier nor speed, and what a switch says of
 * itself comes only now and then. So all are brought up, and listened on, from the agent's start.
 */
import type { Clock } from '../base/clock.ts';
import type { Run } from '../base/run.ts';
import { hardwareInterfaces } from './interfaces.ts';
import type { LldpTlv } from './lldp.ts';
import { type LldpBook, listenForLldp } from './lldp-listener.ts';
import type { Sysfs } from './sysfs.ts';

/** Auto-negotiation of copper gigabit takes 2 to 4 s; unplugged ports cost the whole wait. */
const LONGEST_WAIT_MS = 4000;
const LOOK_EVERY_MS = 250;
/** Once the links are there: switches speak as soon as one comes up (802.1AB, txInitialize), then every 30 s. */
export const USUAL_LLDP_WAIT_MS = 2_500;
/** Longer than msgTxInterval: whoever speaks at all is heard. */
export const WHOLE_LLDP_WAIT_MS = 35_000;

export type Nics = {
  /** Resolves when all links are up and all their switches were heard, or when both waits are over. */
  settle(lldpWaitMs: number): Promise<void>;
  /** What was heard so far. */
  lldp(): LldpBook;
};

type Tools = {
  readonly sysfs: Sysfs;
  readonly run: Run;
  readonly clock: Clock;
  readonly runDir: string;
};

/** Begins at once and waits for nothing. */
export function wakeNics({ sysfs, run, clock, runDir }: Tools): Nics {
  const awake = new Map<string, Promise<void>>();
  const heard = new Map<string, readonly LldpTlv[]>();

  const wake = async (name: string): Promise<void> => {
    // A NIC that refuses is described as it is.
    await run('ip', ['link', 'set', 'dev', name, 'up']).catch(() => undefined);
    void listenForLldp(name, { run, runDir, timeoutMs: WHOLE_LLDP_WAIT_MS }).then((tlvs) => {
      if (tlvs !== null) heard.set(name, tlvs);
    });
  };
  /** Also those whose driver came late. */
  const wakeAll = async (): Promise<readonly string[]> => {
    const names = hardwareInterfaces(sysfs);
    for (const name of names) if (!awake.has(name)) awake.set(name, wake(name));
    await Promise.all(awake.values());
    return names;
  };
  const hasCarrier = (name: string): boolean => sysfs.number(`/sys/class/net/${name}/carrier`) === 1;
  const waitUntil = async (isTrue: () => boolean, mostMs: number): Promise<void> => {
    for (let waited = 0; waited < mostMs && !isTrue(); waited += LOOK_EVERY_MS) {
      await clock.sleep(LOOK_EVERY_MS);
    }
  };

  // Whoever waits for them by `settle` is told of a failure.
  void wakeAll().catch(() => undefined);
  return {
    settle: async (lldpWaitMs) => {
      const names = await wakeAll();
      await waitUntil(() => names.every(hasCarrier), LONGEST_WAIT_MS);
      await waitUntil(() => names.filter(hasCarrier).every((name) => heard.has(name)), lldpWaitMs);
    },
    lldp: () => heard,
  };
}
