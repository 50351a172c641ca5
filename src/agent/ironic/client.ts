/** The calls that the agent makes to the daemon (or to Ironic): one attempt each, the answer sorted by what to do. */
import { reasonOf } from '../base/agent-error.ts';
import type { HttpClient, HttpRequest } from '../base/http.ts';
import { type JsonRecord, numberField, parseRecord, recordField, stringField } from '../base/json.ts';
import {
  discoveredMinor,
  HEADER,
  HEARTBEAT_FIELDS,
  HEARTBEAT_MINOR,
  LOOKUP_MINOR,
  type Minor,
  versionText,
} from './api-version.ts';

/** A call that did not do it: `retry` when a later try can succeed; `status` null when there was no answer. */
export type Failure = {
  readonly ok: false;
  readonly retry: boolean;
  readonly status: number | null;
  readonly because: string;
};

export type Discovery = {
  readonly ok: true;
  readonly minor: Minor;
  /** The address that we talk from. */
  readonly localAddress: string;
  /** The server's `Date` header in ms; null when it has none. */
  readonly serverTime: number | null;
};

export type Lookup = {
  readonly ok: true;
  readonly node: JsonRecord;
  readonly uuid: string;
  readonly heartbeatTimeoutS: number;
  /** `******` when the token was given to an earlier agent of this boot. */
  readonly token: string | null;
};

export type HeartbeatBody = Readonly<Record<(typeof HEARTBEAT_FIELDS)[number]['field'], string | null>>;

/** What the operator reads out of an Ironic error body: `{"error_message": "{\"faultstring\": ...}"}`. */
function faultOf(body: string): string {
  const outer = parseRecord(body);
  const message = outer?.error_message;
  const inner =
    typeof message === 'string' ? parseRecord(message) : recordField(outer ?? {}, 'error_message');
  return (
    stringField(inner ?? {}, 'faultstring') ?? (typeof message === 'string' ? message : body.slice(0, 200))
  );
}

type Exchanged = {
  readonly status: number;
  readonly body: string;
  readonly localAddress: string | null;
  readonly date: string | null;
};

const TICKET = 'x-ingot-ticket';

export class IronicClient {
  readonly #http: HttpClient;

  constructor(http: HttpClient) {
    this.#http = http;
  }

  /** `GET {api}/`. */
  async discover(api: string): Promise<Discovery | Failure> {
    const answer = await this.#exchange({
      method: 'GET',
      url: `${api}/`,
      headers: { accept: 'application/json' },
    });
    if ('ok' in answer) return answer;
    const minor = discoveredMinor(parseRecord(answer.body) ?? {});
    if (answer.status !== 200 || minor === null || answer.localAddress === null) {
      return failure(answer.status, `${api}/ is no Ironic API: status ${answer.status} without a version`);
    }
    const time = Date.parse(answer.date ?? '');
    return {
      ok: true,
      minor,
      localAddress: answer.localAddress,
      serverTime: Number.isNaN(time) ? null : time,
    };
  }

  /** Posts the inventory; no version header, as upstream's agent does. The ticket goes by TLS only. */
  async postInspection(
    url: string,
    { body, ticket }: { readonly body: JsonRecord; readonly ticket: string | null },
  ): Promise<{ readonly ok: true } | Failure> {
    const headers = ticket !== null && url.startsWith('https:') ? { [TICKET]: ticket } : {};
    const answer = await this.#exchange(post(url, body, headers));
    if ('ok' in answer) return answer;
    return answer.status < 400 ? { ok: true } : failure(answer.status, faultOf(answer.body));
  }

  /** `GET /v1/lookup?addresses=`. */
  async lookup(
    api: string,
    query: {
      readonly macs: readonly string[];
      readonly minor: Minor;
      /** Of this boot; null: none was given. */
      readonly ticket: string | null;
    },
  ): Promise<Lookup | Failure> {
    const url = `${api}/v1/lookup?addresses=${encodeURIComponent(query.macs.join(','))}`;
    const headers = {
      accept: 'application/json',
      [HEADER]: versionText(Math.min(query.minor, LOOKUP_MINOR)),
      ...(query.ticket === null ? {} : { [TICKET]: query.ticket }),
    };
    const answer = await this.#exchange({ method: 'GET', url, headers });
    if ('ok' in answer) return answer;
    if (answer.status !== 200) return failure(answer.status, faultOf(answer.body));
    const found = parseRecord(answer.body) ?? {};
    const node = recordField(found, 'node');
    const config = recordField(found, 'config');
    const uuid = stringField(node, 'uuid');
    if (uuid === null) return failure(answer.status, 'the answer has no node.uuid');
    return {
      ok: true,
      node,
      uuid,
      heartbeatTimeoutS: Math.max(1, numberField(config, 'heartbeat_timeout') ?? 300),
      token: stringField(config, 'agent_token'),
    };
  }

  /** `POST /v1/heartbeat/{uuid}` with the fields that the server's version knows. */
  async heartbeat(
    api: string,
    beat: { readonly uuid: string; readonly minor: Minor; readonly body: HeartbeatBody },
  ): Promise<{ readonly ok: true } | Failure> {
    const minor = Math.min(beat.minor, HEARTBEAT_MINOR);
    const fields = HEARTBEAT_FIELDS.filter(({ field, since }) => since <= minor && beat.body[field] !== null);
    const body = Object.fromEntries(fields.map(({ field }) => [field, beat.body[field]]));
    const answer = await this.#exchange(
      post(`${api}/v1/heartbeat/${beat.uuid}`, body, { [HEADER]: versionText(minor) }),
    );
    if ('ok' in answer) return answer;
    return answer.status < 300 ? { ok: true } : failure(answer.status, faultOf(answer.body));
  }

  async #exchange(request: HttpRequest): Promise<Exchanged | Failure> {
    try {
      const { status, body, localAddress, headers } = await this.#http.exchange(request);
      return { status, body, localAddress, date: headers.date ?? null };
    } catch (error) {
      return failure(null, reasonOf(error));
    }
  }
}

function post(url: string, body: JsonRecord, headers: Readonly<Record<string, string>>): HttpRequest {
  const json = { accept: 'application/json', 'content-type': 'application/json' };
  return { method: 'POST', url, headers: { ...json, ...headers }, body: JSON.stringify(body) };
}

/** No answer, 409 (node locked) and 5xx pass; everything else stays as it is. */
function failure(status: number | null, because: string): Failure {
  return { ok: false, retry: status === null || status === 409 || status >= 500, status, because };
}
