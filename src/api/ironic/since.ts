/** Resources that a microversion does not know yet are not there, as in Ironic. */
import type { FastifyRequest } from 'fastify';
import { IngotError } from '../../errors.ts';

/** Throws `not_found` for a request that speaks a version before 1.`since`. */
export function refuseBefore(since: number, request: FastifyRequest): void {
  if (request.minor >= since) return;
  throw new IngotError('not_found', 'Not Found', { hint: needs('This', since) });
}

/** As above, where Ironic says that the method is not there: `method_not_allowed`. */
export function refuseMethodBefore(since: number, request: FastifyRequest, what: string): void {
  if (request.minor >= since) return;
  throw new IngotError('method_not_allowed', `The API version does not allow ${what}`, {
    hint: needs('This', since),
  });
}

const NOT_ACCEPTABLE = 'Request not acceptable.';

/** What Ironic says when a field or an argument is newer than the request's version: `said`, of some of them. */
export function notAcceptable(what: string, since: number, said = NOT_ACCEPTABLE): IngotError {
  return new IngotError('not_acceptable', said, { hint: needs(`"${what}"`, since) });
}

/** The sentence that it has for others. */
export function minimalVersion(since: number): string {
  return `${NOT_ACCEPTABLE} The minimal required API version should be 1.${since}`;
}

function needs(what: string, since: number): string {
  return `${what} needs X-OpenStack-Ironic-API-Version 1.${since} or newer.`;
}
