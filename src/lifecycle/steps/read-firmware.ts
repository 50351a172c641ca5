/** BIOS settings and firmware components, read when a node is verified or inspected, and kept for those who ask. */
import type { Bmc } from '../../bmc/bmc.ts';
import { IngotError } from '../../errors.ts';
import type { Queries } from '../../store/store.ts';
import type { StepDeps } from '../deps.ts';
import type { StepContext } from '../engine/step.ts';
import { mergedReport } from '../firmware-report.ts';
import { workerOf } from '../interfaces.ts';

/** What keeps it, in the transaction of the step. Best effort: what the BMC refuses stays as it was, and fails nothing. */
export async function readFirmware(
  context: StepContext,
  deps: Pick<StepDeps, 'withBmc'>,
): Promise<(queries: Queries) => Promise<void>> {
  const node = context.node();
  const ask = async <T>(kind: 'bios' | 'firmware', read: (bmc: Bmc) => Promise<T>): Promise<T | null> => {
    if (workerOf(node, kind) !== 'redfish') return null;
    try {
      return await deps.withBmc(node, read);
    } catch (error) {
      if (!(error instanceof IngotError)) throw error;
      context.log.warn({ error: error.message, kind }, 'the BMC tells nothing of its firmware');
      return null;
    }
  };
  const bios = await ask('bios', (bmc) => bmc.biosSettings());
  const components = await ask('firmware', (bmc) => bmc.firmwareComponents());
  if (bios === null && components === null) return () => Promise.resolve();
  const at = new Date(context.now()).toISOString();
  return async (queries) => {
    const before = await queries.firmwareReports.get(node.uuid);
    const report = mergedReport(before, { bios, components }, { nodeUuid: node.uuid, at });
    await queries.firmwareReports.put(report);
  };
}
