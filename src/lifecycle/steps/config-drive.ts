/** The config drive of an instance, as agents take it. */
import { configDriveGiven } from '../config-drive-request.ts';
import type { StepDeps } from '../deps.ts';
import type { StepContext } from '../engine/step.ts';
import { checkPackedDrive, isDriveUrl } from '../packed-drive.ts';
import { lcmToken } from '../tokens.ts';

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
