/**
 * Boots from the network that nobody has asked ingot for: a reset by a watchdog, a panic or the power, a button that
 * was pressed, a restart from within the system. What is on disk decides, so that a restart of ingot hides none.
 */
import type { EventRecord } from '../../store/records/event.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import type { Queries } from '../../store/store.ts';
import { bootEventsOf, seenAt } from './boot-events.ts';
import { BEFORE_THE_LOADER } from './boot-stages.ts';
import { reachedStage } from './reached-stage.ts';

/** Every boot from the network comes here once: its boot loader asked what to boot. */
export const LOADER_EVENTS: readonly string[] = ['boot.script', 'boot.again'];

/** What may start a machine that is deployed. */
const ASKING = ['power.requested', 'job.step_started', 'job.step_done', 'job.done', 'job.failed'] as const;
/** Large servers take twenty minutes from power-on to their boot loader. */
const ASKED_MINUTES = 30;

/** The sentence on a boot whose loader asked at `at` (milliseconds since the epoch); null: it was asked for. */
export async function unaskedBoot(
  store: Pick<Queries, 'events'>,
  node: NodeRecord,
  at: number,
): Promise<string | null> {
  if (node.boot_intent === 'ramdisk') return await secondBootOfRamdisk(store, node, at);
  if (node.boot_intent !== 'disk' || node.provision_state !== 'active') return null;
  const since = new Date(at - ASKED_MINUTES * 60_000).toISOString();
  const asked = await store.events.list({ node_uuid: node.uuid, kinds: ASKING, since, limit: 1 });
  if (asked.length > 0) return null;
  return (
    `The machine started by itself, and was sent on to its disk: nobody asked ingot for that in the last ${ASKED_MINUTES} minutes. ` +
    'Unless somebody restarted its system, look into the log of its BMC: its power, a watchdog or a panic may have reset it.'
  );
}

async function secondBootOfRamdisk(
  store: Pick<Queries, 'events'>,
  node: NodeRecord,
  at: number,
): Promise<string | null> {
  const before = (await bootEventsOf(store, node)).filter((event) => seenAt(event) < at);
  const last = before.findLastIndex(({ kind }) => LOADER_EVENTS.includes(kind));
  const loaded = before[last];
  if (loaded === undefined) return null;
  // Of a machine in rescue, say.
  const power = { node_uuid: node.uuid, kinds: ['power.requested'], after: loaded.seq, limit: 1 } as const;
  if ((await store.events.list(power)).length > 0) return null;
  // What firmware has fetched since is of the new boot already.
  const ofLast = ({ kind }: EventRecord, index: number): boolean =>
    index <= last || !BEFORE_THE_LOADER.includes(kind);
  const { stage } = reachedStage(before.filter(ofLast));
  return (
    `The machine started anew by itself: ingot asked for one boot of the ramdisk, and this is another. It had come as far as ${stage.seen}. ` +
    'What ran in the ramdisk is lost. Look at its console and into the log of its BMC: its power, a watchdog or a panic may have reset it.'
  );
}
