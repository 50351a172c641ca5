/** One call of the comparison: what is sent to both, and how an answer is read. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';

export type Call = {
  /** Unique in its family: `family: name` is how the table of differences names it. */
  readonly name: string;
  readonly method: Method;
  readonly path: string;
  /** Absent: the newest that the real Ironic speaks. Null: no header at all. */
  readonly version?: string | null;
  /** A string is sent as it is, all else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** States that pretended hardware never comes to are written into both databases before the call. */
  readonly forced?: { readonly node: string } & Forced;
  /** What is waited for afterwards, on both sides: that the node rests in this state, that an allocation was tried. */
  readonly settles?: { readonly node: string; readonly in: string } | { readonly allocation: string };
};

export type Forced = {
  readonly provision_state: string;
  readonly target_provision_state: string | null;
  /** What else both call by the same name. */
  readonly more?: Readonly<Record<string, string | number | null>>;
};

export type Family = { readonly name: string; readonly calls: readonly Call[] };

/** The newest microversion of Ironic 21.4. */
export const NEWEST = '1.82';

type Extra = Omit<Partial<Call>, 'name' | 'method' | 'path'>;

export const get = (name: string, path: string, extra: Extra = {}): Call => ({
  name,
  method: 'GET',
  path,
  ...extra,
});
export const post = (name: string, path: string, body: unknown, extra: Extra = {}): Call => ({
  name,
  method: 'POST',
  path,
  body,
  ...extra,
});
export const put = (name: string, path: string, body: unknown, extra: Extra = {}): Call => ({
  name,
  method: 'PUT',
  path,
  body,
  ...extra,
});
export const patch = (name: string, path: string, body: unknown, extra: Extra = {}): Call => ({
  name,
  method: 'PATCH',
  path,
  body,
  ...extra,
});
export const del = (name: string, path: string, extra: Extra = {}): Call => ({
  name,
  method: 'DELETE',
  path,
  ...extra,
});

export type Answer = {
  readonly status: number;
  /** Those that clients read. */
  readonly headers: Readonly<Record<string, string | null>>;
  /** Parsed where it is JSON; an error's text inside `error_message` too. */
  readonly body: unknown;
};

const COMPARED_HEADERS = [
  'content-type',
  'location',
  'allow',
  'x-openstack-ironic-api-minimum-version',
  'x-openstack-ironic-api-version',
  'openstack-request-id',
] as const;

export async function send(base: string, call: Call): Promise<Answer> {
  const { method, path, body, version = NEWEST } = call;
  const answer = await fetch(`${base}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(version === null ? {} : { 'X-OpenStack-Ironic-API-Version': version }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      Accept: 'application/json',
      ...call.headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: Object.fromEntries(COMPARED_HEADERS.map((name) => [name, answer.headers.get(name)])),
    body: unpacked(parsed(text)),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The text of an error is JSON inside JSON. */
function unpacked(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('error_message' in body)) return body;
  const { error_message: inner } = body;
  return { ...body, error_message: typeof inner === 'string' ? parsed(inner) : inner };
}
