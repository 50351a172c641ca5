/**
 * The two ways to the operators' API: TCP, where callers log in as `api.auth` says and TLS may be spoken, and the Unix
 * socket, whose file's mode is the login.
 */
import type { IncomingMessage, RequestListener } from 'node:http';
import { resolve } from 'node:path';
import type { CheckPassword } from '../../api/login/login.ts';
import type { Config } from '../../config/schema.ts';
import type { Log } from '../../log.ts';
import type { NamedListener } from '../condition.ts';
import { createPasswordChecks } from '../passwords/password-checks.ts';
import { createPasswordFile } from '../passwords/password-file.ts';
import { keepApiCertificate, loadApiCertificate, type TlsRenewal } from './api-tls.ts';
import { startListener } from './listeners.ts';

type Options = {
  readonly config: Pick<Config, 'api' | 'state_dir'>;
  readonly log: Log;
  readonly onProblem: (sentence: string) => void;
  readonly onSolved: (sentence: string) => void;
};

export type ApiDoors = {
  readonly checkPassword: CheckPassword;
  readonly isLocal: (request: IncomingMessage) => boolean;
  open(handler: RequestListener): Promise<readonly NamedListener[]>;
  /** A sentence for each thing of certificate and users that is wrong now, though the API listens. */
  problems(): Promise<readonly string[]>;
  /** Reads certificate and users anew. */
  reload(): Promise<void>;
  stop(): Promise<void>;
};

export function createApiDoors({ config, log, onProblem, onSolved }: Options): ApiDoors {
  const { api } = config;
  // A mark on the request itself: an address says nothing once the other side has gone.
  const local = new WeakSet<IncomingMessage>();
  const users = api.htpasswd === null ? null : createPasswordFile({ path: api.htpasswd, onProblem });
  const passwords = users === null ? null : createPasswordChecks(users);
  let renewal: TlsRenewal | null = null;

  const openTcp = async (handler: RequestListener): Promise<NamedListener> => {
    const [address = '', port = ''] = api.listen.split(':');
    const { tls: files } = api;
    const listener = await startListener({
      name: 'API',
      at: { address, port: Number(port) },
      handler,
      log,
      onProblem,
      ...(files === null ? {} : { loadTls: () => loadApiCertificate(files) }),
    });
    if (files !== null) renewal = keepApiCertificate({ files, listener, onProblem, onSolved });
    return { name: 'API', networks: [], at: api.listen, listener };
  };

  const openSocket = async (handler: RequestListener): Promise<NamedListener> => {
    const path = resolve(config.state_dir, api.socket);
    const marking: RequestListener = (request, response) => {
      local.add(request);
      handler(request, response);
    };
    const at = { path, group: api.socket_group };
    const listener = await startListener({ name: 'API socket', at, handler: marking, log, onProblem });
    return { name: 'API socket', networks: [], at: path, listener };
  };

  return {
    checkPassword: passwords?.check ?? (async () => 'wrong'),
    isLocal: (request) => local.has(request),
    open: async (handler) => {
      // Tells now what is wrong with the file, and not at the first login.
      await users?.users();
      return [await openTcp(handler), await openSocket(handler)];
    },
    problems: async () => {
      const kept = renewal?.problem() ?? null;
      return [...((await users?.problems()) ?? []), ...(kept === null ? [] : [kept])];
    },
    reload: async () => {
      await users?.users();
      await renewal?.renew();
    },
    stop: async () => {
      renewal?.stop();
      await passwords?.stop();
    },
  };
}
