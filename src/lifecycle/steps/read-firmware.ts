/** BIOS settings and firmware components, read when a node is verified or inspected, and kept for those who ask. */
import type { Queries } from '../../store/store.ts';
import type { StepContext } from '../engine/step.ts';
import { mergedReport } from '../firmware-report.ts';
import { workerOf } from '../interfaces.ts';
import type { Besides } from './ask-besides.ts';

/** What keeps it, in the transaction of the step; what the BMC does not tell stays as it was. */
export async function readFirmware(
  context: Pick<StepContext, 'node' | 'now'>,
  besides: Besides,
): Promise<(queries: Queries) => Promise<void>> {
  const node = context.node();
  const isAsked = (kind: 'bios' | 'firmware'): boolean => workerOf(node, kind) === 'redfish';
  const bios = isAsked('bios')
    ? await besides.ask({ what: 'its BIOS settings' }, (bmc, signal) => bmc.biosSettings(signal))
    : undefined;
  const components = isAsked('firmware')
    ? await besides.ask({ what: 'its firmware versions' }, (bmc, signal) => bmc.firmwareComponents(signal))
    : undefined;
  if (bios === undefined && components === undefined) return () => Promise.resolve();
  const at = new Date(context.now()).toISOString();
  return async (queries) => {
    const before = await queries.firmwareReports.get(node.uuid);
    const told = { bios: bios ?? null, components: components ?? null };
    await queries.firmwareReports.put(mergedReport(before, told, { nodeUuid: node.uuid, at }));
  };
}
