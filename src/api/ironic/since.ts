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

/** What Ironic says when a field or an argument is newer than the request's version. */
export function notAcceptable(what: string, since: number): IngotError {
  return new IngotError('not_acceptable', 'Request not acceptable.', { hint: needs(`"${what}"`, since) });
}

function needs(what: string, since: number): string {
  return `${what} needs X-OpenStack-Ironic-API-Version 1.${since} or newer.`;
}
