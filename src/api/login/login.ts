/** From the credentials of a request to who asks, in each of the ways that `api.auth` allows. */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../clock.ts';
import type { Config } from '../../config/schema.ts';
import type { Store } from '../../store/store.ts';
import { ANYBODY, type Principal, siteAdmin } from '../access/principal.ts';
import { type Credentials, credentialsIn } from './credentials.ts';
import { isOver, isSecretOf, readToken } from './tokens.ts';

export type LoginVerdict =
  | { readonly ok: true; readonly principal: Principal }
  | {
      readonly ok: false;
      readonly status: 400 | 401 | 503;
      readonly message: string;
      /** For `WWW-Authenticate`, one for each way to log in. */
      readonly challenges: readonly string[];
    };

/** `busy`: too many wrong passwords are being looked at; the right one gets through a little later. */
export type PasswordVerdict = 'right' | 'wrong' | 'busy';

export type CheckPassword = (asked: {
  readonly user: string;
  readonly password: Buffer;
  /** The client's address: each has its own place in the queue. */
  readonly from: string;
}) => Promise<PasswordVerdict>;

export type LoginOptions = {
  readonly methods: Config['api']['auth'];
  readonly store: Pick<Store, 'tokens'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly checkPassword: CheckPassword;
  /** Whether the request came by the Unix socket, which its file's mode guards. */
  readonly isLocal: (request: IncomingMessage) => boolean;
};

const REALM = 'realm="Baremetal API"';

export function createLogin(options: LoginOptions): (request: IncomingMessage) => Promise<LoginVerdict> {
  const { methods, isLocal } = options;
  const challenges = methods.map((method) => (method === 'basic' ? `Basic ${REALM}` : `Bearer ${REALM}`));
  const refuse = (message: string): LoginVerdict => ({ ok: false, status: 401, message, challenges });
  return async (request) => {
    if (isLocal(request)) return { ok: true, principal: siteAdmin('local socket') };
    if (methods.length === 0) return { ok: true, principal: ANYBODY };
    const given = credentialsIn(request.headers);
    switch (given.kind) {
      case 'none':
        return refuse('Authorization required');
      case 'unreadable':
        return { ok: false, status: 400, message: given.problem, challenges: [] };
      case 'basic':
        if (!methods.includes('basic')) return refuse('Unsupported authorization type "Basic"');
        return await byPassword(given, { ...options, refuse, from: request.socket.remoteAddress ?? '' });
      case 'token': {
        if (!methods.includes('token')) return refuse('Unsupported authorization type "Bearer"');
        const principal = await principalOfToken(given.token, options);
        return principal === null ? refuse('The token is unknown, revoked or over') : { ok: true, principal };
      }
    }
  };
}

async function byPassword(
  { user, password }: Credentials & { kind: 'basic' },
  asked: Pick<LoginOptions, 'checkPassword'> & {
    readonly refuse: (message: string) => LoginVerdict;
    readonly from: string;
  },
): Promise<LoginVerdict> {
  switch (await asked.checkPassword({ user, password, from: asked.from })) {
    case 'right':
      return { ok: true, principal: siteAdmin(user) };
    case 'wrong':
      return asked.refuse('Incorrect username or password');
    case 'busy':
      return {
        ok: false,
        status: 503,
        challenges: [],
        message: 'Too many passwords are being checked just now; try again in a few seconds',
      };
  }
}

async function principalOfToken(
  text: string,
  { store, clock }: Pick<LoginOptions, 'store' | 'clock'>,
): Promise<Principal | null> {
  const read = readToken(text);
  const record = read === null ? null : await store.tokens.get(read.id);
  if (read === null || record === null) return null;
  if (!isSecretOf(record, read.secret) || isOver(record, clock.now())) return null;
  const { id, name, role, project } = record;
  return { name, role, project, token: id };
}
