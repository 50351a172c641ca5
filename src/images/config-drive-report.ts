import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { IngotError } from '../errors.ts';

/** Where the deployed OS reports, and the token that proves who it is. */
export type LcmAccess = {
  /** Base URL of the LCM listener: `https://10.40.0.1:6183`. */
  readonly url: string;
  /** PEM of the only certificate that it may be signed by, or have; null: it is called by plain HTTP. */
  readonly authority: string | null;
  readonly token: string;
};

const SCRIPT = new URL('./config-drive-report.py', import.meta.url);
const PLACE = 'CONFIG = {}\n';
/** So that the JSON text is a Python literal as it stands: printable ASCII without quotes and backslashes. */
const PLAIN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * The script that cloud-init runs as a vendor script, so that it never meets the operator's own user data. The
 * token is in it and nowhere else.
 */
export async function reportScript(nodeUuid: string, lcm: LcmAccess): Promise<string> {
  const { authority, token } = lcm;
  const config = {
    url: `${lcm.url.replace(/\/+$/, '')}/lcm/v1/nodes/${nodeUuid}/status`,
    token,
    ...(authority === null ? {} : { ca: new X509Certificate(authority).raw.toString('base64') }),
  };
  if (!Object.values(config).every((value) => PLAIN.test(value)))
    throw new IngotError('internal', `the LCM address of node ${nodeUuid} does not fit into a script`, {
      hint: 'This is a defect in ingot: please report it.',
    });
  const script = await readFile(SCRIPT, 'utf8');
  return script.replace(PLACE, () => `CONFIG = ${JSON.stringify(config)}\n`);
}
