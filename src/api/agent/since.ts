/** What a ramdisk may call and say at which microversion, in Ironic's words (api/controllers/v1/ramdisk.py). */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { IngotError } from '../../errors.ts';
import type { HeartbeatBody } from '../schemas/agent.ts';
import { MAX_MINOR, MIN_MINOR, namesVersion } from '../version.ts';

/** Look-up and heartbeat. */
const RAMDISK_SINCE = 22;
const CONTINUE_INSPECTION_SINCE = 84;

const NEWER = 'Send a newer X-OpenStack-Ironic-API-Version, or none.';

/** Fields of a heartbeat, in the order in which Ironic looks at them. */
const HEARTBEAT_FIELDS: readonly {
  readonly names: readonly (keyof HeartbeatBody)[];
  readonly since: number;
  readonly said: string;
}[] = [
  { names: ['agent_version'], since: 36, said: 'Field "agent_version" not recognised' },
  {
    names: ['agent_status', 'agent_status_message'],
    since: 72,
    said: 'Fields "agent_status" and "agent_status_message" not recognised.',
  },
  { names: ['agent_verify_ca'], since: 68, said: 'Field "agent_verify_ca" not recognised in this version' },
];

/** A ramdisk that names no version is taken as one of today: of Ironic's own base version it could not call at all. */
function minorOf({
  minor,
  headers,
}: {
  readonly minor: number;
  readonly headers: IncomingHttpHeaders;
}): number {
  return namesVersion(headers) ? minor : MAX_MINOR;
}

/** Throws Ironic's `not_found` for look-up and heartbeat before 1.22. */
export function refuseOldRamdisk(request: FastifyRequest): void {
  if (minorOf(request) < RAMDISK_SINCE) throw noResource(NEWER);
}

/** What Ironic says of whatever a ramdisk does not find; the reason is for the hint. */
function noResource(hint: string): IngotError {
  return new IngotError('not_found', 'Resource could not be found.', { hint });
}

/** Throws `invalid_input` for what the request's version does not have yet. */
export function refuseNewerFields(request: FastifyRequest, body: HeartbeatBody): void {
  const minor = minorOf(request);
  for (const { names, since, said } of HEARTBEAT_FIELDS)
    if (minor < since && names.some((name) => body[name]))
      throw new IngotError('invalid_input', said, { hint: `It needs 1.${since}. ${NEWER}` });
}

/** Whether an inspection is answered like a look-up. */
export function isNewInspection({ minor }: Pick<FastifyRequest, 'minor'>): boolean {
  return minor >= CONTINUE_INSPECTION_SINCE;
}

/** Since 1.84, and at 1.1, as the inspector's own API had it; there it takes no node. Throws `not_found`. */
export function refuseOldInspection(request: FastifyRequest, nodeUuid: string | null): void {
  if (isNewInspection(request) || (request.minor === MIN_MINOR && nodeUuid === null)) return;
  throw new IngotError('not_found', `API version 1.${CONTINUE_INSPECTION_SINCE} or newer is required`, {
    hint: NEWER,
  });
}
