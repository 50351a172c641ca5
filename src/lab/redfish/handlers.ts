/** How a BMC answers one request: the shapes of handlers, and those that change something. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Machine } from '../machine/machine.ts';
import { type Answer, answer, noContent, refuse } from './answers.ts';
import { patchBoot } from './boot-patch.ts';
import { resetOf } from './reset.ts';
import { PATHS, RESET_ACTION, secureBoot, sessionBody, system } from './resources.ts';
import { patchSecureBoot } from './secure-boot.ts';
import type { Sessions } from './sessions.ts';

/** One BMC: the machines it manages, by system id (a blade chassis has several), and its sessions. */
export type BmcContext = {
  readonly uuid: string;
  readonly systems: ReadonlyMap<string, Machine>;
  readonly sessions: Sessions;
  readonly clock: Clock;
  /** Aborted when the BMC stops. */
  readonly signal: AbortSignal;
};

export type Call = {
  readonly context: BmcContext;
  readonly path: string;
  /** The parts of the path that the route's pattern leaves open, in order. */
  readonly params: readonly string[];
  /** An object; empty where no body was sent. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly ifMatch: string | null;
};

export type SystemCall = Call & { readonly id: string; readonly machine: Machine };
export type Handler = (call: Call) => Answer | Promise<Answer>;

/** A strong ETag over the whole representation: any change of the resource makes another one. */
function etagOf(body: unknown): string {
  return `"${createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 16)}"`;
}

const missing = (call: Call): Answer => refuse('ResourceMissingAtURI', [call.path]);

/** Answers with the body, or 404 where there is none. */
export function show(body: (call: Call) => object | null): Handler {
  return (call) => {
    const shown = body(call);
    return shown === null ? missing(call) : answer(200, shown, { etag: etagOf(shown) });
  };
}

/** Runs with the system whose id is the first open part of the path, or answers 404. */
function ofSystem(act: (call: SystemCall) => Answer | Promise<Answer>): Handler {
  return (call) => {
    const id = call.params[0] ?? '';
    const machine = call.context.systems.get(id);
    return machine === undefined ? missing(call) : act({ ...call, id, machine });
  };
}

export function showSystem(body: (call: SystemCall) => object | null): Handler {
  return ofSystem((call) => show(() => body(call))(call));
}

const fits = (ifMatch: string | null, etag: string): boolean =>
  ifMatch === null || ifMatch.split(',').some((one) => one.trim() === '*' || one.trim() === etag);

export const patchSystem = ofSystem(async ({ machine, id, body, ifMatch }) => {
  const before = system(id, machine);
  if (!fits(ifMatch, etagOf(before))) return refuse('PreconditionFailed');
  const patched = patchBoot(body, machine.boot(), new Set(Object.keys(before)));
  if (patched.kind === 'refused') return patched.answer;
  await machine.setBoot(patched.settings);
  const after = system(id, machine);
  return answer(200, after, { etag: etagOf(after) });
});

export const patchSystemSecureBoot = ofSystem(async (call) => {
  const { machine, id, body, ifMatch } = call;
  const before = secureBoot(id, machine);
  if (before === null) return missing(call);
  if (!fits(ifMatch, etagOf(before))) return refuse('PreconditionFailed');
  const patched = patchSecureBoot(body, new Set(Object.keys(before)));
  if (patched.kind === 'refused') return patched.answer;
  await machine.setSecureBoot(patched.enabled);
  return show(() => secureBoot(id, machine))(call);
});

export const resetSystem = ofSystem(async ({ machine, body, context }) => {
  const unknown = Object.keys(body).find((name) => name !== 'ResetType');
  if (unknown !== undefined) return refuse('ActionParameterUnknown', [RESET_ACTION, unknown]);
  const type = body.ResetType;
  if (type === undefined) return refuse('ActionParameterMissing', [RESET_ACTION, 'ResetType']);
  const reset = resetOf(String(type));
  if (reset === null)
    return refuse('ActionParameterValueNotInList', [String(type), 'ResetType', RESET_ACTION]);
  await reset(machine, context.clock, context.signal);
  return noContent;
});

export const login: Handler = ({ context: { sessions }, path, body }) => {
  const { UserName, Password } = body;
  if (typeof UserName !== 'string') return refuse('PropertyMissing', ['UserName']);
  if (typeof Password !== 'string') return refuse('PropertyMissing', ['Password']);
  if (!sessions.isAccount(UserName, Password)) return refuse('ResourceAtUriUnauthorized', [path]);
  const session = sessions.create();
  if (session === null) return refuse('SessionLimitExceeded');
  return answer(201, sessionBody(session), {
    'x-auth-token': session.token,
    location: `${PATHS.sessions}/${session.id}`,
  });
};

export const logout: Handler = (call) =>
  call.context.sessions.end(call.params[0] ?? '') ? noContent : missing(call);
