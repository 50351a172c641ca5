/** What lives at which path of a BMC, what each method does there, and which methods need no credentials. */
import { answer } from './answers.ts';
import {
  biosBody,
  REGISTRY_DOCUMENT,
  REGISTRY_FILE,
  registryCollection,
  registryDocument,
  registryFile,
} from './bios.ts';
import {
  type BmcContext,
  type Handler,
  login,
  logout,
  patchSystem,
  patchSystemSecureBoot,
  resetSystem,
  show,
  showSystem,
} from './handlers.ts';
import { driveBody, processorBody, processorCollection, storageBody, storageCollection } from './parts.ts';
import {
  chassisBody,
  collection,
  METADATA,
  managerBody,
  nicBody,
  nicCollection,
  PATHS,
  RESET_ACTION,
  ROOT,
  secureBoot,
  serviceDocument,
  serviceRoot,
  sessionBody,
  sessionService,
  system,
} from './resources.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
export type Route = {
  readonly pattern: RegExp;
  readonly methods: Readonly<Partial<Record<Method, Handler>>>;
  /** Methods that work without credentials (DSP0266 section 13.3.1). */
  readonly open: readonly Method[];
};

/** A path with `*` for each part that varies. */
function at(path: string, methods: Route['methods'], open: readonly Method[] = []): Route {
  const escaped = path.replaceAll(/[.$]/g, String.raw`\$&`).replaceAll('*', '([^/]+)');
  return { pattern: new RegExp(`^${escaped}$`), methods, open };
}

const systemIds = (context: BmcContext): readonly string[] => [...context.systems.keys()];

const members = (uri: string, type: string, ids: (context: BmcContext) => readonly string[]): Handler =>
  show(({ context }) =>
    collection(
      { uri, type: `${type}Collection`, name: `${type} Collection` },
      ids(context).map((id) => `${uri}/${id}`),
    ),
  );

/** Paths come without a trailing slash. */
export const ROUTES: readonly Route[] = [
  at('/redfish', { GET: show(() => ({ v1: `${ROOT}/` })) }, ['GET']),
  at(ROOT, { GET: show(({ context }) => serviceRoot(context.uuid)) }, ['GET']),
  at(`${ROOT}/odata`, { GET: show(serviceDocument) }, ['GET']),
  at(`${ROOT}/$metadata`, { GET: () => answer(200, METADATA, { 'content-type': 'application/xml' }) }, [
    'GET',
  ]),
  at(PATHS.sessionService, { GET: show(sessionService) }),
  at(
    PATHS.sessions,
    {
      GET: members(PATHS.sessions, 'Session', ({ sessions }) => sessions.list().map(({ id }) => id)),
      POST: login,
    },
    ['POST'],
  ),
  at(`${PATHS.sessions}/*`, {
    GET: show(({ context, params }) => {
      const session = context.sessions.get(params[0] ?? '');
      return session === null ? null : sessionBody(session);
    }),
    DELETE: logout,
  }),
  at(PATHS.systems, { GET: members(PATHS.systems, 'ComputerSystem', systemIds) }),
  at(`${PATHS.systems}/*`, {
    GET: showSystem(({ id, machine }) => system(id, machine)),
    PATCH: patchSystem,
  }),
  at(`${PATHS.systems}/*/SecureBoot`, {
    GET: showSystem(({ id, machine }) => secureBoot(id, machine)),
    PATCH: patchSystemSecureBoot,
  }),
  at(`${PATHS.systems}/*/Bios`, { GET: showSystem(({ id, machine }) => biosBody(id, machine.info)) }),
  at(PATHS.registries, { GET: show(registryCollection) }),
  at(REGISTRY_FILE, { GET: show(registryFile) }),
  at(REGISTRY_DOCUMENT, { GET: show(registryDocument) }),
  at(`${PATHS.systems}/*/Processors`, { GET: showSystem(({ id }) => processorCollection(id)) }),
  at(`${PATHS.systems}/*/Processors/CPU1`, {
    GET: showSystem(({ id, machine }) => processorBody(id, machine.info)),
  }),
  at(`${PATHS.systems}/*/Storage`, { GET: showSystem(({ id }) => storageCollection(id)) }),
  at(`${PATHS.systems}/*/Storage/1`, { GET: showSystem(({ id }) => storageBody(id)) }),
  at(`${PATHS.systems}/*/Storage/1/Drives/1`, {
    GET: showSystem(({ id, machine }) => driveBody(id, machine.info)),
  }),
  at(`${PATHS.systems}/*/EthernetInterfaces`, {
    GET: showSystem(({ id, machine }) => nicCollection(id, machine.info)),
  }),
  at(`${PATHS.systems}/*/EthernetInterfaces/*`, {
    GET: showSystem(({ id, machine, params }) => nicBody(id, machine, params[1] ?? '')),
  }),
  at(`${PATHS.systems}/*/Actions/${RESET_ACTION}`, { POST: resetSystem }),
  at(PATHS.managers, { GET: members(PATHS.managers, 'Manager', () => ['1']) }),
  at(`${PATHS.managers}/1`, { GET: show(({ context }) => managerBody(context.uuid, systemIds(context))) }),
  at(PATHS.chassis, { GET: members(PATHS.chassis, 'Chassis', () => ['1']) }),
  at(`${PATHS.chassis}/1`, { GET: show(({ context }) => chassisBody(systemIds(context))) }),
];
