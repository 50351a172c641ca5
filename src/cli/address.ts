/**
 * Where the daemon's API is: `--url`, `INGOT_URL`, the client file, the default port, or the socket where that does not
 * let us in.
 */
import { stat } from 'node:fs/promises';
import { IngotError } from '../errors.ts';
import { createClient } from './client.ts';
import { type ClientFile, type Env, loginFor } from './credentials.ts';

const DEFAULT_URL = 'http://127.0.0.1:6385';
const DEFAULT_SOCKET = '/var/lib/ingot/ingot.sock';

/** With TLS the port speaks no HTTP; with a login it knows nobody. */
const SHUT = ['daemon_unreachable', 'unauthorized'] as const;

type Options = {
  /** `--url`. */
  readonly url: string | null;
  readonly env: Env;
  readonly file: ClientFile | null;
  readonly defaults?: { readonly url: string; readonly socket: string };
};

/** The address to speak to; asks the default port only when neither option nor environment names one. */
export async function findDaemon({ url, env, file, defaults }: Options): Promise<string> {
  const named = url ?? env.INGOT_URL ?? file?.url;
  if (named !== undefined && named !== '') return named;
  const { url: port, socket } = defaults ?? { url: DEFAULT_URL, socket: DEFAULT_SOCKET };
  const isSocket = await stat(socket).then(
    (facts) => facts.isSocket(),
    () => false,
  );
  if (!isSocket) return port;
  const probe = createClient(port, await loginFor(port, env, file));
  try {
    await probe.status();
    return port;
  } catch (thrown) {
    const isShut = thrown instanceof IngotError && SHUT.some((code) => code === thrown.code);
    return isShut ? `unix://${socket}` : port;
  } finally {
    await probe.close();
  }
}
