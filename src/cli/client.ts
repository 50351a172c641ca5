/** A typed client of the daemon's API, for the `ingot` command, the demo and the tests. */
import type { z } from 'zod';
import { IngotError } from '../errors.ts';
import {
  addedImageAnswer,
  bootAuthorityAnswer,
  type EventAnswer,
  enrollAnswer,
  imagesAnswer,
  importAnswer,
  inventoryAnswer,
  type JsonObject,
  jobAnswer,
  jobsAnswer,
  leasesAnswer,
  logsAnswer,
  machinesAnswer,
  type NodeAnswer,
  networksAnswer,
  newTokenAnswer,
  nodeAnswer,
  nodesAnswer,
  type PortAnswer,
  portsAnswer,
  type ReservationAnswer,
  reservationAnswer,
  reservationsAnswer,
  type StepListAnswer,
  statusAnswer,
  stepListAnswer,
  stepListsAnswer,
  timelineAnswer,
  tokensAnswer,
  whyAnswer,
} from './answers.ts';
import { connect, type Method } from './connection.ts';
import { type Login, NO_LOGIN } from './credentials.ts';
import { type FollowOptions, followEvents } from './events.ts';

export type PatchOp = {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
};
export type DeployBody = {
  readonly target: 'active' | 'rebuild';
  /** Fields of `instance_info`; with an image in it, nothing of an earlier deployment stays. */
  readonly instance_info: JsonObject;
  readonly configdrive?: JsonObject;
  readonly deploy_steps?: readonly JsonObject[];
};
export type Query = Readonly<Record<string, string>>;

/** What can be done with one kind of named step lists. */
export type StepListClient = {
  /** At most a thousand, the oldest first. */
  list(): Promise<readonly StepListAnswer[]>;
  get(ident: string): Promise<StepListAnswer>;
  add(body: JsonObject): Promise<StepListAnswer>;
  delete(ident: string): Promise<unknown>;
};

const RESERVATIONS = '/ingot/v1/dhcp/reservations';

/** Pages fetched at most: ten million nodes. */
const MOST_PAGES = 10_000;

export type Client = ReturnType<typeof createClient>;

/** Speaks to `http://…` or `unix:///…`. Methods throw the API's refusal as `IngotError`. */
export function createClient(url: string, login: Login = NO_LOGIN) {
  const connection = connect(url, login);
  const ask = async <T extends z.ZodType>(
    schema: T,
    method: Method,
    call: { path: string; body?: unknown },
  ): Promise<z.output<T>> => {
    const answer = await connection.send(method, call.path, call.body);
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new IngotError(
      'daemon_unreachable',
      `${url} answered ${method} ${call.path} in a shape that is not ingot's`,
      {
        hint: 'Check the address, and that daemon and command have the same version.',
        cause: parsed.error,
      },
    );
  };
  const get = <T extends z.ZodType>(schema: T, path: string): Promise<z.output<T>> =>
    ask(schema, 'GET', { path });
  const at = (ident: string): string => `/v1/nodes/${encodeURIComponent(ident)}`;
  const ours = (ident: string): string => `/ingot/v1/nodes/${encodeURIComponent(ident)}`;

  const stepLists = (collection: 'deploy_templates' | 'runbooks'): StepListClient => {
    const one = (ident: string): string => `/v1/${collection}/${encodeURIComponent(ident)}`;
    return {
      list: async () => (await get(stepListsAnswer, `/v1/${collection}?detail=true`))[collection] ?? [],
      get: (ident) => get(stepListAnswer, one(ident)),
      add: (body) => ask(stepListAnswer, 'POST', { path: `/v1/${collection}`, body }),
      delete: (ident) => connection.send('DELETE', one(ident)),
    };
  };

  return {
    url,
    deployTemplates: stepLists('deploy_templates'),
    runbooks: stepLists('runbooks'),
    nodes: {
      /** All nodes with all fields, page by page; those that are parts of others, too. */
      async list(query: Query = {}): Promise<readonly NodeAnswer[]> {
        const found: NodeAnswer[] = [];
        const wanted = { ...query, detail: 'true', include_children: 'true' };
        let parameters = new URLSearchParams(wanted);
        for (let page = 0; page < MOST_PAGES; page++) {
          const { nodes, next } = await get(nodesAnswer, `/v1/nodes?${parameters.toString()}`);
          found.push(...nodes);
          const marker = nodes.at(-1)?.uuid;
          if (next === undefined || marker === undefined) break;
          parameters = new URLSearchParams({ ...wanted, marker });
        }
        return found;
      },
      get: (ident: string): Promise<NodeAnswer> => get(nodeAnswer, at(ident)),
      /** Null instead of `not_found`. */
      find: (ident: string): Promise<NodeAnswer | null> =>
        get(nodeAnswer, at(ident)).catch((thrown: unknown) => {
          if (thrown instanceof IngotError && thrown.code === 'not_found') return null;
          throw thrown;
        }),
      /** A node and its ports, whole or not at all. */
      enroll: (body: JsonObject) => ask(enrollAnswer, 'POST', { path: '/ingot/v1/nodes', body }),
      patch: (ident: string, operations: readonly PatchOp[]) =>
        ask(nodeAnswer, 'PATCH', { path: at(ident), body: operations }),
      delete: (ident: string) => connection.send('DELETE', at(ident)),
      ports: async (ident: string): Promise<readonly PortAnswer[]> =>
        (await get(portsAnswer, `${at(ident)}/ports?detail=true`)).ports,
      inventory: (ident: string) => get(inventoryAnswer, `${at(ident)}/inventory`),
      /** What to deploy and the verb, together or not at all. */
      deploy: (ident: string, deployment: DeployBody) =>
        connection.send('POST', `${ours(ident)}/deploy`, deployment),
      job: async (ident: string) => (await get(jobAnswer, `${ours(ident)}/job`)).job,
      why: (ident: string) => get(whyAnswer, `${ours(ident)}/why`),
      logs: async (ident: string) => (await get(logsAnswer, `${ours(ident)}/logs`)).logs,
      /** The archive's bytes as they come. */
      fetchLogs: (ident: string, id: string, signal: AbortSignal) =>
        connection.stream(`${ours(ident)}/logs/${encodeURIComponent(id)}`, { headers: {}, signal }),
      /** The newest `limit` events, oldest first. */
      timeline: async (ident: string, limit = 200): Promise<readonly EventAnswer[]> =>
        (await get(timelineAnswer, `${ours(ident)}/timeline?order=desc&limit=${limit}`)).events.toReversed(),
    },
    images: {
      list: async () => (await get(imagesAnswer, '/ingot/v1/images')).images,
      add: (image: JsonObject) => ask(addedImageAnswer, 'POST', { path: '/ingot/v1/images', body: image }),
      remove: (id: string, { force }: { readonly force: boolean }) =>
        connection.send('DELETE', `/ingot/v1/images/${encodeURIComponent(id)}?force=${force}`),
    },
    bootAuthority: () => get(bootAuthorityAnswer, '/ingot/v1/boot/ca'),
    portByAddress: async (mac: string): Promise<PortAnswer | null> =>
      (await get(portsAnswer, `/v1/ports?detail=true&address=${encodeURIComponent(mac)}`)).ports[0] ?? null,
    /** `more`: what the verb takes besides, such as `clean_steps`. */
    provision: (ident: string, target: string, more: JsonObject = {}) =>
      connection.send('PUT', `${at(ident)}/states/provision`, { target, ...more }),
    power: (ident: string, target: string) => connection.send('PUT', `${at(ident)}/states/power`, { target }),
    setMaintenance: (ident: string, reason: string | null) =>
      connection.send('PUT', `${at(ident)}/maintenance`, { reason }),
    clearMaintenance: (ident: string) => connection.send('DELETE', `${at(ident)}/maintenance`),
    jobs: async () => (await get(jobsAnswer, '/ingot/v1/jobs')).jobs,
    status: () => get(statusAnswer, '/ingot/v1/status'),
    networks: async () => (await get(networksAnswer, '/ingot/v1/networks')).networks,
    leases: async (query: Query = {}) =>
      (await get(leasesAnswer, `/ingot/v1/dhcp/leases?${new URLSearchParams(query).toString()}`)).leases,
    importDhcp: (body: JsonObject) => ask(importAnswer, 'POST', { path: '/ingot/v1/dhcp/import', body }),
    tokens: {
      list: async () => (await get(tokensAnswer, '/ingot/v1/tokens')).tokens,
      create: (body: JsonObject) => ask(newTokenAnswer, 'POST', { path: '/ingot/v1/tokens', body }),
      revoke: (name: string) => connection.send('DELETE', `/ingot/v1/tokens/${encodeURIComponent(name)}`),
    },
    discovered: {
      list: async () => (await get(machinesAnswer, '/ingot/v1/discovered')).machines,
      forget: (mac: string) => connection.send('DELETE', `/ingot/v1/discovered/${mac}`),
    },
    reservations: {
      list: async (query: Query = {}) =>
        (await get(reservationsAnswer, `${RESERVATIONS}?${new URLSearchParams(query).toString()}`))
          .reservations,
      add: (body: JsonObject) => ask(reservationAnswer, 'POST', { path: RESERVATIONS, body }),
      delete: ({ network, mac }: Pick<ReservationAnswer, 'network' | 'mac'>) =>
        connection.send('DELETE', `${RESERVATIONS}/${network}/${mac}`),
    },
    events: (options: FollowOptions = {}): AsyncGenerator<EventAnswer> => followEvents(connection, options),
    close: () => connection.close(),
  };
}
