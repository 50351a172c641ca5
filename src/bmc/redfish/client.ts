import type { Clock } from '../../clock.ts';
import { IngotError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { SerialQueue } from '../queue.ts';
import { complaintAbout, malformedAnswer } from './complaint.ts';
import { asDict, type Dict, pathOfLink, textField } from './decode.ts';
import type { RedfishTarget } from './driver-info.ts';
import { type EtagRung, etagLadder, ifMatch } from './etag.ts';
import { type Answer, createExchanger, type Exchange, type Request, type Timeouts } from './exchange.ts';
import { createLoginKeeper } from './login.ts';
import { messagesOf, type RedfishMessage } from './messages.ts';
import { type Sender, sendCarefully, sendPatiently } from './persistence.ts';
import { NO_OPERATION } from './quirks.ts';
import type { SessionBook } from './session-book.ts';

export type Resource = { readonly path: string; readonly body: Dict; readonly etag: string | null };

/** The signal is that of the client, or one that follows it. */
export type Write = { readonly body: object; readonly signal: AbortSignal };

/** What became of a write. `unclear`: it may or may not have happened; re-read the state and decide. */
export type WriteOutcome =
  | { readonly kind: 'done' }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly messages: readonly RedfishMessage[];
      readonly error: IngotError;
    }
  | { readonly kind: 'unclear'; readonly error: IngotError };

/** How patiently something is read. */
export type Manner = {
  /** Ends the reading, also a request that is on its way: it rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** How often each GET is sent at most. */
  readonly attempts: number;
};

export type Reader = {
  /** Rejects with the `IngotError` of the failure; links may be absolute, only their path is used. */
  get(link: string): Promise<Resource>;
  /** Like `get`, but null when the BMC has nothing there (404, 410). */
  find(link: string): Promise<Resource | null>;
  /** For what is optional: null whenever the BMC answers but does not give it. */
  tryGet(link: string): Promise<Resource | null>;
};

export type RedfishClient = Reader & {
  /** Reads in another manner than the client itself, which is patient; logins, which all share, stay patient. */
  reader(manner: Manner): Reader;
  /**
   * Merges `body` into the resource; sends its ETag as this BMC likes it. Rejects on failed logins, and with the
   * signal's reason when that is aborted before the BMC took it.
   */
  patch(resource: Resource, write: Write): Promise<WriteOutcome>;
  /** An action. Never repeated unless the BMC certainly did nothing. Rejects as `patch` does. */
  post(link: string, write: Write): Promise<WriteOutcome>;
  /** Aborted, with an `IngotError` as its reason, when the client is closed. */
  readonly signal: AbortSignal;
  close(): Promise<void>;
};

const MAX_REDIRECTS = 3;
/** Refusals of a PATCH that another `If-Match` may cure; a 400 only where its message says so. */
const ETAG_REFUSALS: ReadonlySet<number> = new Set([412, 428]);

/** HTTP, logins, retries and ETags; knows no Redfish resource. */
export function createRedfishClient(options: {
  readonly target: RedfishTarget;
  readonly clock: Clock;
  readonly log: Log;
  readonly queue: SerialQueue;
  readonly timeouts: Timeouts;
  readonly random: () => number;
  readonly sessions: SessionBook;
}): RedfishClient {
  const { target, clock, log, queue, timeouts, random, sessions } = options;
  const closing = new AbortController();
  const exchanger = createExchanger({ target, log, queue, timeouts });
  const sender: Sender = { exchanger, clock, random, signal: closing.signal };
  const logins = createLoginKeeper({
    target,
    clock,
    log,
    send: (request, isFinal) => sendPatiently(sender, request, isFinal === undefined ? {} : { isFinal }),
    sendOnce: exchanger.send,
    sessions,
  });
  let likedRung: EtagRung | null = null;

  const loggedIn = async (
    request: Request,
    send: (sender: Sender, request: Request) => Promise<Exchange>,
  ): Promise<Exchange> => {
    closing.signal.throwIfAborted();
    request.signal?.throwIfAborted();
    const login = await logins.current();
    const first = await send(sender, { ...request, headers: { ...login.headers, ...request.headers } });
    if (first.kind === 'failure' || first.answer.status !== 401 || !logins.renew(login)) return first;
    const fresh = await logins.current();
    return send(sender, { ...request, headers: { ...fresh.headers, ...request.headers } });
  };

  const read = async (
    link: string,
    manner: Manner | null,
  ): Promise<{ readonly request: Request; readonly answer: Answer }> => {
    let path = pathOfLink(link);
    for (let redirects = 0; ; redirects += 1) {
      const request: Request = { method: 'GET', path, ...(manner === null ? {} : { signal: manner.signal }) };
      const result = await loggedIn(request, (by, what) =>
        sendPatiently(by, what, manner === null ? {} : { attempts: manner.attempts }),
      );
      if (result.kind === 'failure') throw result.failure.error;
      const next = redirects < MAX_REDIRECTS ? redirectPath(target, result.answer) : null;
      if (next === null) return { request, answer: result.answer };
      path = next;
    }
  };

  const write = async (request: Request): Promise<WriteOutcome> => {
    const result = await loggedIn(request, sendCarefully);
    if (result.kind === 'failure') {
      if (!result.failure.maybeSent) throw result.failure.error;
      return { kind: 'unclear', error: result.failure.error };
    }
    const { answer } = result;
    if (answer.status >= 200 && answer.status < 300) return { kind: 'done' };
    const messages = messagesOf(answer.body);
    if (messages.some((message) => message.id === NO_OPERATION)) return { kind: 'done' };
    const error = complaintAbout(target, request, answer);
    if (error.code === 'bmc_auth') throw error;
    if (answer.status >= 500 && answer.status !== 501) return { kind: 'unclear', error };
    return { kind: 'refused', status: answer.status, messages, error };
  };

  const resourceOf = (request: Request, answer: Answer): Resource => {
    if (answer.status >= 300) throw complaintAbout(target, request, answer);
    if (answer.malformed || answer.body === null) throw malformedAnswer(target, request);
    return asResource(request.path, answer);
  };

  const readerOf = (manner: Manner | null): Reader => ({
    async get(link) {
      const { request, answer } = await read(link, manner);
      return resourceOf(request, answer);
    },
    async find(link) {
      const { request, answer } = await read(link, manner);
      if (answer.status === 404 || answer.status === 410) return null;
      return resourceOf(request, answer);
    },
    async tryGet(link) {
      const { request, answer } = await read(link, manner);
      if (answer.status === 401) throw complaintAbout(target, request, answer);
      if (answer.status >= 300 || answer.malformed || answer.body === null) return null;
      return asResource(request.path, answer);
    },
  });
  const patient = readerOf(null);

  const sendPatch = (path: string, wanted: Write, match: string | null): Promise<WriteOutcome> =>
    write({ method: 'PATCH', path, headers: match === null ? {} : { 'if-match': match }, ...wanted });

  /** Goes up the ETag ladder until the BMC takes the write or refuses it for another reason. */
  const climb = async (resource: Resource, wanted: Write): Promise<WriteOutcome> => {
    let { etag } = resource;
    let outcome: WriteOutcome | null = null;
    for (const rung of etagLadder(etag, likedRung)) {
      // Twice on a rung only where the resource really had changed meanwhile.
      for (let changed = true, tries = 0; changed && tries < 2; tries += 1) {
        outcome = await sendPatch(resource.path, wanted, ifMatch(rung, etag));
        if (outcome.kind === 'done') likedRung = rung;
        if (outcome.kind !== 'refused' || !isAboutEtag(outcome)) return outcome;
        const fresh = (await patient.get(resource.path)).etag;
        changed = fresh !== null && fresh !== etag;
        etag = fresh ?? etag;
      }
    }
    return outcome ?? sendPatch(resource.path, wanted, null);
  };

  return {
    ...patient,
    reader: readerOf,
    patch: climb,
    post: (link, wanted) => write({ method: 'POST', path: pathOfLink(link), ...wanted }),
    signal: closing.signal,
    async close() {
      const reason = new IngotError('bmc_unreachable', `BMC ${target.address}: the connection was closed`, {
        hint: 'The driver_info of the node changed, or the daemon stops: try again.',
      });
      closing.abort(reason);
      // The logout must not wait behind a request that a silent BMC never answers.
      exchanger.cutOff(reason);
      await logins.logout();
      await exchanger.close(reason);
    },
  };
}

function asResource(path: string, answer: Answer): Resource {
  const body = asDict(answer.body);
  return { path, body, etag: answer.headers.etag || textField(body, '@odata.etag') };
}

function isAboutEtag(refusal: {
  readonly status: number;
  readonly messages: readonly RedfishMessage[];
}): boolean {
  if (ETAG_REFUSALS.has(refusal.status)) return true;
  const said = refusal.messages.map((message) => `${message.id} ${message.text}`).join(' ');
  return refusal.status === 400 && /precondition|etag|if-?match|headerinvalid/i.test(said);
}

/** Where a redirect leads on the same BMC; null for no redirect, and for one to another host. */
function redirectPath(target: RedfishTarget, answer: Answer): string | null {
  if (![301, 302, 307, 308].includes(answer.status)) return null;
  const url = URL.parse(answer.headers.location ?? '', target.origin);
  if (url === null || url.hostname !== new URL(target.origin).hostname) return null;
  return `${url.pathname}${url.search}`;
}
