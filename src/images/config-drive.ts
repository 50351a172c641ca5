import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { JsonObject } from '../json.ts';
import type { ConfigDriveRequest } from '../lifecycle/lifecycle.ts';
import type { NodeRecord } from '../store/records/node.ts';
import { makeConfigDriveIso } from './config-drive-iso.ts';
import { checkConfigDriveRequest, configDriveFiles } from './config-drive-parts.ts';
import { type LcmAccess, reportScript } from './config-drive-report.ts';

/**
 * The node's config drive as Ironic's agents take it: base64 of a gzipped ISO 9660 image labelled `config-2`.
 * Holds secrets (LCM token, user data): for the agent only, never for a log or an API answer.
 *
 * Rejects with `invalid_input` (bad parts of the operator), `too_large` (above 64 MiB), `missing_program`.
 */
export async function buildConfigDrive(input: {
  readonly node: Pick<NodeRecord, 'uuid' | 'name' | 'instance_uuid'>;
  readonly request: ConfigDriveRequest;
  /** From `networkDataFor`; the operator's `network_data` wins. Null for none. */
  readonly networkData: JsonObject | null;
  /** Null: the OS reports nothing. */
  readonly lcm: LcmAccess | null;
  /** For files on the way; who owns it removes what a killed daemon left there: they hold secrets. */
  readonly workDir: string;
}): Promise<string> {
  const { node, request, networkData, lcm, workDir } = input;
  checkConfigDriveRequest(request);
  const report = lcm === null ? null : await reportScript(node.uuid, lcm);
  const image = await makeConfigDriveIso(configDriveFiles({ node, request, networkData, report }), workDir);
  const packed = await promisify(gzip)(image);
  return packed.toString('base64');
}
