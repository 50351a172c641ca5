/** The config drive of an instance, as agents take it, and how many are in memory at once. */
import { lcmToken } from '../agents/tokens.ts';
import { configDriveGiven } from '../deploy/config-drive-request.ts';
import { checkPackedDrive, isDriveUrl } from '../deploy/packed-drive.ts';
import type { StepDeps } from '../deps.ts';
import { createSlots } from '../engine/slots.ts';
import type { StepContext } from '../engine/step.ts';

/** Drives that are built or read, packed into a command and sent: at most 64 MiB of volume each, mostly some KiB. */
const MOST_IN_HAND = 4;
/** Of those at URLs, whose servers may be slow: nobody else's drive shall wait for them. */
const MOST_FETCHED = 2;

/** Does the work with the node's drive when it is its turn. Rejects when the signal is aborted meanwhile. */
export function createDriveTurns(): <T>(context: StepContext, work: () => Promise<T>) => Promise<T> {
  const [inHand, fetched] = [createSlots(MOST_IN_HAND), createSlots(MOST_FETCHED)];
  return async (context, work) => {
    const given = configDriveGiven(context.node());
    const slots = typeof given === 'string' && isDriveUrl(given) ? fetched : inHand;
    const release = await slots.take(context.signal);
    try {
      return await work();
    } finally {
      release();
    }
  };
}

/** Base64 of a gzipped volume: ours, or the operator's own, into which nothing of ours is put. */
export async function configDriveFor(context: StepContext, deps: StepDeps): Promise<string> {
  const node = context.node();
  const given = configDriveGiven(node);
  if (typeof given !== 'string')
    return await deps.buildConfigDrive({ node, request: given, lcmToken: lcmToken(deps.secret, node) });
  const packed = isDriveUrl(given) ? (await deps.fetchConfigDrive(given, context.signal)).trim() : given;
  // Once more: it may have come by the URL, or by a PATCH of instance_info.
  await checkPackedDrive(packed);
  return packed;
}
