/** A scripted Redfish BMC: honest by itself, and with faults that a test puts in its way. */
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { Socket } from 'node:net';
import { listenOnLoopback } from '../rig/loopback.ts';

export type Seen = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
  readonly connection: number;
};

export type Reply = {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
};

/** What happens instead of the honest answer; `after` lets the request take effect first. */
export type Fault = {
  readonly on: (request: Seen) => boolean;
  /** How often; endless when absent. */
  times?: number;
  readonly answer: 'reset' | 'hang' | 'cut' | Reply | ((request: Seen) => Reply | null);
  readonly after?: boolean;
};

export const SYSTEM = '/redfish/v1/Systems/1';
const SESSIONS = '/redfish/v1/SessionService/Sessions';
export const RESET = `${SYSTEM}/Actions/ComputerSystem.Reset`;

export function complaint(id: string, message: string): { readonly error: unknown } {
  const info = { MessageId: `Base.1.8.${id}`, Message: message, Resolution: 'None.' };
  return {
    error: { code: 'Base.1.8.GeneralError', message: 'See extended info', '@Message.ExtendedInfo': [info] },
  };
}

function honestState() {
  return {
    username: 'admin',
    password: 'correct-horse',
    sessions: new Set<string>(),
    loggedOut: 0,
    etag: null as string | null,
    resets: [] as string[],
    root: {
      Links: { Sessions: { '@odata.id': SESSIONS } },
      Systems: { '@odata.id': '/redfish/v1/Systems' },
    } as Record<string, unknown>,
    system: {
      '@odata.id': SYSTEM,
      Manufacturer: 'Contoso',
      Model: 'X1',
      SerialNumber: 'S123',
      UUID: '38947555-7742-3448-3784-823347823834',
      BiosVersion: '1.2',
      PowerState: 'Off' as string | null,
      ProcessorSummary: { Count: 2 },
      MemorySummary: { TotalSystemMemoryGiB: 1.5 },
      EthernetInterfaces: { '@odata.id': `${SYSTEM}/EthernetInterfaces` },
      Boot: {
        BootSourceOverrideEnabled: 'Disabled',
        BootSourceOverrideTarget: 'None',
        BootSourceOverrideMode: 'UEFI',
        'BootSourceOverrideTarget@Redfish.AllowableValues': ['None', 'Pxe', 'Hdd'],
      } as Record<string, unknown>,
      Actions: {
        '#ComputerSystem.Reset': {
          target: RESET,
          'ResetType@Redfish.AllowableValues': ['On', 'ForceOff', 'GracefulShutdown'],
        },
      } as Record<string, unknown>,
    } as Record<string, unknown> & { PowerState: string | null; Boot: Record<string, unknown> },
    /** Further resources by path; a `Settings` object put here takes PATCHes like any. */
    resources: {
      '/redfish/v1/Systems': { Members: [{ '@odata.id': SYSTEM }] },
      [`${SYSTEM}/EthernetInterfaces`]: {
        Members: ['A', 'B', 'ToManager'].map((id) => ({ '@odata.id': `${SYSTEM}/EthernetInterfaces/${id}` })),
      },
      [`${SYSTEM}/EthernetInterfaces/A`]: { MACAddress: '52-54-00-AA-BB-01' },
      [`${SYSTEM}/EthernetInterfaces/B`]: {
        MACAddress: 'Not Available',
        PermanentMACAddress: '525400aabb02',
      },
    } as Record<string, Record<string, unknown>>,
  };
}
export type State = ReturnType<typeof honestState>;

const POWER_AFTER: Record<string, string> = {
  On: 'On',
  ForceOn: 'On',
  ForceOff: 'Off',
  GracefulShutdown: 'Off',
};

function authorised(state: State, seen: Seen): boolean {
  const basic = Buffer.from(`${state.username}:${state.password}`).toString('base64');
  const token = seen.headers['x-auth-token'];
  return (
    seen.headers.authorization === `Basic ${basic}` ||
    (typeof token === 'string' && state.sessions.has(token))
  );
}

function honest(state: State, seen: Seen): Reply {
  if (seen.path === '/redfish/v1/' && seen.method === 'GET') return { status: 200, body: state.root };
  if (seen.path === SESSIONS && seen.method === 'POST') {
    if (seen.body.UserName !== state.username || seen.body.Password !== state.password)
      return {
        status: 401,
        body: complaint('InsufficientPrivilege', `no login for ${String(seen.body.Password)}`),
      };
    const token = `token-${state.sessions.size + state.loggedOut}`;
    state.sessions.add(token);
    return {
      status: 201,
      headers: { 'X-Auth-Token': token, Location: `https://elsewhere.invalid${SESSIONS}/${token}` },
    };
  }
  if (!authorised(state, seen)) return { status: 401, body: complaint('NoValidSession', 'log in first') };
  if (seen.method === 'DELETE' && seen.path.startsWith(`${SESSIONS}/`)) {
    state.loggedOut += state.sessions.delete(seen.path.slice(SESSIONS.length + 1)) ? 1 : 0;
    return { status: 204 };
  }
  if (seen.path === RESET && seen.method === 'POST') {
    const type = String(seen.body.ResetType);
    state.resets.push(type);
    state.system.PowerState = POWER_AFTER[type] ?? state.system.PowerState;
    return { status: 204 };
  }
  const resource = seen.path === SYSTEM ? state.system : state.resources[seen.path];
  if (resource === undefined) return { status: 404, body: complaint('ResourceMissingAtURI', 'nothing here') };
  if (seen.method === 'PATCH') {
    const { Boot, ...others } = seen.body;
    Object.assign(resource, others);
    if (Boot !== undefined) resource.Boot = { ...(resource.Boot as object), ...(Boot as object) };
  }
  return { status: 200, body: resource, ...(state.etag === null ? {} : { headers: { ETag: state.etag } }) };
}

export type FakeBmc = {
  readonly url: string;
  readonly state: State;
  readonly seen: readonly Seen[];
  fault(fault: Fault): void;
  close(): Promise<void>;
};

export async function startFakeBmc(tls?: { readonly cert: string; readonly key: string }): Promise<FakeBmc> {
  const state = honestState();
  const seen: Seen[] = [];
  const faults: Fault[] = [];
  const sockets = new Map<Socket, number>();

  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const one: Seen = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
      connection: sockets.get(request.socket) ?? -1,
    };
    seen.push(one);
    const fault = faults.find((candidate) => (candidate.times ?? 1) > 0 && candidate.on(one));
    if (fault?.times !== undefined) fault.times -= 1;
    if (fault?.after === true) honest(state, one);
    const instead = typeof fault?.answer === 'function' ? fault.answer(one) : (fault?.answer ?? null);
    if (instead === 'hang') return;
    if (instead === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    if (instead === 'cut') {
      response.writeHead(200, { 'content-length': 1000 }).write('{"half":');
      request.socket.end();
      return;
    }
    const reply = instead ?? honest(state, one);
    const body =
      reply.body === undefined
        ? ''
        : typeof reply.body === 'string'
          ? reply.body
          : JSON.stringify(reply.body);
    response.writeHead(reply.status, reply.headers).end(body);
  };

  const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
    void listener(request, response);
  const server = tls === undefined ? createHttp(onRequest) : createHttps(tls, onRequest);
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    sockets.set(socket, sockets.size);
  });
  const port = await listenOnLoopback(server);
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    state,
    seen,
    fault: (fault) => faults.push(fault),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
