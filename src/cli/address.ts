/** Where the daemon's API is: `--url`, `INGOT_URL`, the default port, or the socket when nobody listens there. */
import { stat } from 'node:fs/promises';
import { IngotError } from '../errors.ts';
import { createClient } from './client.ts';

const DEFAULT_URL = 'http://127.0.0.1:6385';
const DEFAULT_SOCKET = '/var/lib/ingot/ingot.sock';

type Options = {
  /** `--url`. */
  readonly url: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly defaults?: { readonly url: string; readonly socket: string };
};

/** The address to speak to; asks the default port only when neither option nor environment names one. */
export async function findDaemon({ url, env, defaults }: Options): Promise<string> {
  const named = url ?? env.INGOT_URL;
  if (named !== undefined && named !== '') return named;
  const { url: port, socket } = defaults ?? { url: DEFAULT_URL, socket: DEFAULT_SOCKET };
  const isSocket = await stat(socket).then(
    (facts) => facts.isSocket(),
    () => false,
  );
  if (!isSocket) return port;
  const probe = createClient(port);
  try {
    await probe.status();
    return port;
  } catch (thrown) {
    return thrown instanceof IngotError && thrown.code === 'daemon_unreachable' ? `unix://${socket}` : port;
  } finally {
    await probe.close();
  }
}
