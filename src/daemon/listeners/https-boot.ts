/**
 * The certificate for agents, boot files and deployed systems by HTTPS, or a sentence on why there is none: no reason
 * not to start.
 */
import type { Config } from '../../config/schema.ts';
import { asIngotError } from '../../errors.ts';
import { servedAddresses } from '../packets/served-addresses.ts';
import { type BootCertificates, loadBootCertificates } from './boot-certificates.ts';

export type HttpsBoot = {
  /** Null: not served. */
  readonly served: { readonly port: number; readonly certificates: BootCertificates } | null;
  /** Null unless it is wanted and cannot be. */
  readonly problem: string | null;
};

/** `now`: milliseconds since the epoch. */
export async function prepareHttpsBoot({ boot, ...config }: Config, now: number): Promise<HttpsBoot> {
  const { listen_port: port, ...own } = boot.https;
  const addresses = (['pxe', 'lcm'] as const).flatMap((role) =>
    servedAddresses({ boot, ...config }, role).map(({ address }) => address),
  );
  if (port === null || addresses.length === 0) return { served: null, problem: null };
  try {
    const certificates = await loadBootCertificates(config.state_dir, own, { addresses, now });
    return { served: { port, certificates }, problem: null };
  } catch (thrown) {
    const { hint, message } = asIngotError(thrown, 'making the certificate for boot files and agents');
    return { served: null, problem: `Agents and boot files are not served by HTTPS: ${message}. ${hint}` };
  }
}
