/** BIOS settings and firmware components, read when a node is verified or inspected, and kept for those who ask. */
import type { Bmc } from '../../bmc/bmc.ts';
import { IngotError } from '../../errors.ts';
import type { Queries } from '../../store/store.ts';
import type { StepDeps } from '../deps.ts';
import type { StepContext } from '../engine/step.ts';
import { mergedReport } from '../firmware-report.ts';
import { workerOf } from '../interfaces.ts';

/** For all of it together; of a shorter `power_s`, which the steps that read it have in all, half. */
const MOST_MS = 30_000;

type Tools = Pick<StepDeps, 'withBmc' | 'clock' | 'timeouts'>;
type Context = Pick<StepContext, 'node' | 'now' | 'signal' | 'log'>;

/**
 * What keeps it, in the transaction of the step. Best effort: what the BMC refuses, or does not tell in time, stays as
 * it was and fails nothing; no more of it is asked for once this resolves. Rejects when the step is aborted.
 */
export async function readFirmware(
  context: Context,
  tools: Tools,
): Promise<(queries: Queries) => Promise<void>> {
  const node = context.node();
  const { bios, components } = await inTime(context, tools, async (signal) => {
    const ask = async <T>(kind: 'bios' | 'firmware', read: (bmc: Bmc) => Promise<T>): Promise<T | null> => {
      if (workerOf(node, kind) !== 'redfish') return null;
      try {
        signal.throwIfAborted();
        return await tools.withBmc(node, read);
      } catch (error) {
        context.signal.throwIfAborted();
        if (!(error instanceof IngotError)) throw error;
        context.log.warn({ error: error.message, kind }, 'the BMC tells nothing of its firmware');
        return null;
      }
    };
    return {
      bios: await ask('bios', (bmc) => bmc.biosSettings(signal)),
      components: await ask('firmware', (bmc) => bmc.firmwareComponents(signal)),
    };
  });
  if (bios === null && components === null) return () => Promise.resolve();
  const at = new Date(context.now()).toISOString();
  return async (queries) => {
    const before = await queries.firmwareReports.get(node.uuid);
    const report = mergedReport(before, { bios, components }, { nodeUuid: node.uuid, at });
    await queries.firmwareReports.put(report);
  };
}

/** The signal that `read` gets is aborted with the step, and by an `IngotError` when the time is up. */
async function inTime<T>(
  context: Context,
  { clock, timeouts }: Tools,
  read: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limitMs = Math.min(MOST_MS, timeouts.power_s * 500);
  const over = new AbortController();
  const finished = new AbortController();
  void clock.sleep(limitMs, finished.signal).then(
    () => over.abort(tooSlow(limitMs)),
    () => undefined,
  );
  try {
    return await read(AbortSignal.any([context.signal, over.signal]));
  } finally {
    finished.abort(new Error('the firmware is read'));
  }
}

function tooSlow(limitMs: number): IngotError {
  return new IngotError('timeout', `The BMC did not tell all of its firmware within ${limitMs / 1_000} s`, {
    hint: 'What was known before is kept. Inspect the node when its BMC is less busy, or restart the BMC.',
  });
}
