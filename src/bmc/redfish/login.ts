import type { Clock } from '../../clock.ts';
import { IngotError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { complaintAbout, has } from './complaint.ts';
import { asDict, dictField, linkField, pathOfLink } from './decode.ts';
import type { RedfishTarget } from './driver-info.ts';
import type { Answer, Exchange, Request } from './exchange.ts';
import { messagesOf } from './messages.ts';
import { SESSION_LIMIT_MESSAGES } from './quirks.ts';
import { type OpenSession, type SessionBook, sessionKey } from './session-book.ts';

export type Login = {
  readonly kind: 'session' | 'basic' | 'none';
  readonly headers: Request['headers'] & object;
};

export type LoginKeeper = {
  /** The present login; logs in first where needed (once, however many ask). */
  current(): Promise<Login>;
  /** After a 401: drops that login if it is a session. True when trying again makes sense. */
  renew(rejected: Login): boolean;
  /** Gives the session back; never throws. */
  logout(): Promise<void>;
};

const ROOT = '/redfish/v1/';
const DEFAULT_SESSIONS = '/redfish/v1/SessionService/Sessions';
/** How long basic authentication stands in for a refused session before sessions are tried again. */
const BASIC_FOR_MS = 600_000;

/** `until`: milliseconds of `Clock.elapsed`. `session`: null where there is nothing to give back. */
type Held = { readonly login: Login; readonly session: OpenSession | null; readonly until: number };

/**
 * Sessions first (DSP0266 "Session login security"): one per BMC, shared, given back on close, or by the next life of
 * the daemon where a crash came first. Basic
 * authentication stands in where the BMC has no sessions or no free one.
 */
export function createLoginKeeper(options: {
  readonly target: RedfishTarget;
  readonly clock: Clock;
  readonly log: Log;
  /** Sends one request with patience, without a login; `isFinal` answers are not tried again. */
  readonly send: (request: Request, isFinal?: (answer: Answer) => boolean) => Promise<Exchange>;
  readonly sendOnce: (request: Request) => Promise<Exchange>;
  readonly sessions: SessionBook;
}): LoginKeeper {
  const { target, clock, log, send, sendOnce, sessions } = options;
  const key = sessionKey(target);
  let held: Held | null = null;
  let pending: Promise<Held> | null = null;

  const open = async (): Promise<Held> => {
    const { credentials, authType } = target;
    if (credentials === null) return forever({ kind: 'none', headers: {} });
    if (authType === 'basic') return forever(basicLogin(credentials));
    for (const left of sessions.left(key)) await end(left);
    const request: Request = {
      method: 'POST',
      path: await sessionsPath(),
      body: { UserName: credentials.username, Password: credentials.password },
    };
    const result = await send(request, isSessionLimit);
    if (result.kind === 'failure') throw result.failure.error;
    const { answer } = result;
    const token = answer.headers['x-auth-token'];
    if (answer.status < 300 && token !== undefined) {
      const location = sessionLocation(answer);
      const session = location === null ? null : { token, location };
      if (session !== null) sessions.opened(key, session);
      return { ...forever({ kind: 'session', headers: { 'x-auth-token': token } }), session };
    }
    const wrongPassword = (answer.status === 401 || answer.status === 403) && !isSessionLimit(answer);
    if (wrongPassword || authType === 'session') throw refusal(request, answer);
    log.info({ status: answer.status }, 'BMC gives no session: basic authentication stands in');
    return { login: basicLogin(credentials), session: null, until: clock.elapsed() + BASIC_FOR_MS };
  };

  /** Gives a session back; one that the BMC says nothing about stays in the book, for the next life to end. */
  const end = async (session: OpenSession): Promise<void> => {
    const headers = { 'x-auth-token': session.token };
    const result = await sendOnce({ method: 'DELETE', path: session.location, headers });
    if (result.kind === 'answer') sessions.ended(key, session);
    else log.debug({}, 'BMC session not given back: it will expire by itself');
  };

  const refusal = (request: Request, answer: Answer): IngotError =>
    isSessionLimit(answer) || answer.status < 300
      ? new IngotError(
          'bmc_refused',
          `BMC ${target.address} gives no session: all are taken or none is offered`,
          {
            hint: "End unused sessions in the BMC's web page, or set driver_info/redfish_auth_type to auto or basic.",
          },
        )
      : complaintAbout(target, request, answer);

  /** The service root is readable without a login; where it is not, the standard's own path is used. */
  const sessionsPath = async (): Promise<string> => {
    const result = await send({ method: 'GET', path: ROOT });
    if (result.kind === 'failure') throw result.failure.error;
    const link = linkField(dictField(asDict(result.answer.body), 'Links'), 'Sessions');
    return link === null ? DEFAULT_SESSIONS : pathOfLink(link);
  };

  return {
    async current() {
      if (held !== null && held.until > clock.elapsed()) return held.login;
      pending ??= open().finally(() => {
        pending = null;
      });
      held = await pending;
      return held.login;
    },
    renew(rejected) {
      if (rejected.kind !== 'session') return false;
      if (held?.login !== rejected) return true;
      if (held.session !== null) sessions.ended(key, held.session);
      held = null;
      return true;
    },
    async logout() {
      const session = held?.session ?? null;
      held = null;
      if (session !== null) await end(session);
    },
  };
}

function forever(login: Login): Held {
  return { login, session: null, until: Number.POSITIVE_INFINITY };
}

function basicLogin(credentials: { readonly username: string; readonly password: string }): Login {
  const pair = Buffer.from(`${credentials.username}:${credentials.password}`, 'utf8').toString('base64');
  return { kind: 'basic', headers: { authorization: `Basic ${pair}` } };
}

/** `Location`, absolute or relative; where it is missing, the body's own link. */
function sessionLocation(answer: Answer): string | null {
  const link = answer.headers.location ?? linkField({ self: answer.body }, 'self');
  return link === null ? null : pathOfLink(link);
}

function isSessionLimit(answer: Answer): boolean {
  return has(messagesOf(answer.body), SESSION_LIMIT_MESSAGES);
}
