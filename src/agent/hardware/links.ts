/** Bringing every NIC up before it is described: a NIC that is down knows neither carrier nor speed. */
import type { Clock } from '../base/clock.ts';
import type { Run } from '../base/run.ts';
import { hardwareInterfaces } from './interfaces.ts';
import type { Sysfs } from './sysfs.ts';

/** Auto-negotiation of copper gigabit takes 2 to 4 s; unplugged ports cost the whole wait. */
const LONGEST_WAIT_MS = 4000;
const LOOK_EVERY_MS = 250;

export async function bringLinksUp(tools: {
  readonly sysfs: Sysfs;
  readonly run: Run;
  readonly clock: Clock;
}): Promise<void> {
  const { sysfs, run, clock } = tools;
  const names = hardwareInterfaces(sysfs);
  // A NIC that refuses is described as it is.
  for (const name of names) await run('ip', ['link', 'set', 'dev', name, 'up']).catch(() => undefined);
  const allLinked = (): boolean =>
    names.every((name) => sysfs.number(`/sys/class/net/${name}/carrier`) === 1);
  for (let waited = 0; waited < LONGEST_WAIT_MS && !allLinked(); waited += LOOK_EVERY_MS) {
    await clock.sleep(LOOK_EVERY_MS);
  }
}
