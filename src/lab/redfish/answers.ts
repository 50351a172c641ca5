/** What a BMC answers: bodies, and Redfish's error shape (DSP0266 section 8.6) with its message ids. */
import { STATUS_CODES } from 'node:http';

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Null: no body. A string goes out as it is (the metadata document), anything else as JSON. */
  readonly body: unknown;
};

export const answer = (status: number, body: unknown, headers: Answer['headers'] = {}): Answer => ({
  status,
  headers,
  body,
});

export const noContent: Answer = answer(204, null);

type MessageKind = { readonly status: number; readonly text: (args: readonly string[]) => string };

const quoted = (text: string | undefined): string => `"${text ?? ''}"`;

/** Message ids of DMTF's Base registry that this BMC uses, each with the HTTP status that goes with it. */
const MESSAGES = {
  ResourceMissingAtURI: { status: 404, text: ([uri]) => `There is nothing at ${quoted(uri)}.` },
  OperationNotAllowed: { status: 405, text: ([method]) => `This resource does not take ${method}.` },
  PreconditionFailed: { status: 412, text: () => 'The resource has changed: its ETag is another one now.' },
  MalformedJSON: { status: 400, text: () => 'The request body is not JSON, or not a JSON object.' },
  PayloadTooLarge: { status: 413, text: () => 'The request body is too large.' },
  PropertyUnknown: { status: 400, text: ([name]) => `There is no property ${quoted(name)} here.` },
  PropertyNotWritable: { status: 400, text: ([name]) => `The property ${quoted(name)} is read-only.` },
  PropertyValueTypeError: {
    status: 400,
    text: ([value, name]) => `The value ${quoted(value)} of ${quoted(name)} has the wrong type.`,
  },
  PropertyValueNotInList: {
    status: 400,
    text: ([value, name]) => `The value ${quoted(value)} is not among those that ${quoted(name)} takes.`,
  },
  PropertyMissing: { status: 400, text: ([name]) => `The property ${quoted(name)} is required.` },
  ActionParameterMissing: {
    status: 400,
    text: ([action, name]) => `The action ${quoted(action)} needs the parameter ${quoted(name)}.`,
  },
  ActionParameterUnknown: {
    status: 400,
    text: ([action, name]) => `The action ${quoted(action)} has no parameter ${quoted(name)}.`,
  },
  ActionParameterValueNotInList: {
    status: 400,
    text: ([value, name, action]) =>
      `The value ${quoted(value)} of ${quoted(name)} is not among those that ${quoted(action)} takes.`,
  },
  NoValidSession: { status: 401, text: () => 'This request needs a session or HTTP Basic credentials.' },
  ResourceAtUriUnauthorized: {
    status: 401,
    text: ([uri]) => `The user name or password given for ${quoted(uri)} is wrong.`,
  },
  SessionLimitExceeded: { status: 503, text: () => 'All sessions of this BMC are in use.' },
  InternalError: { status: 500, text: ([because]) => `The BMC failed: ${because ?? ''}` },
} as const satisfies Record<string, MessageKind>;

export type MessageId = keyof typeof MESSAGES;

/** An error answer; `related` names the property at fault as a JSON pointer. */
export function refuse(id: MessageId, args: readonly string[] = [], related: string | null = null): Answer {
  const kind: MessageKind = MESSAGES[id];
  const message = kind.text(args);
  const extended = {
    '@odata.type': '#Message.v1_1_2.Message',
    MessageId: `Base.1.13.${id}`,
    Message: message,
    MessageArgs: args,
    MessageSeverity: kind.status >= 500 ? 'Critical' : 'Warning',
    Resolution: 'Correct the request and send it again.',
    ...(related === null ? {} : { RelatedProperties: [related] }),
  };
  const body = {
    error: {
      code: `Base.1.13.${id}`,
      message: `${STATUS_CODES[kind.status] ?? 'Error'}: ${message}`,
      '@Message.ExtendedInfo': [extended],
    },
  };
  return answer(kind.status, body, kind.status === 401 ? { 'www-authenticate': 'Basic realm="BMC"' } : {});
}
