/** Resources that a microversion does not know yet are not there, as in Ironic. */
import type { FastifyRequest } from 'fastify';
import { IngotError } from '../../errors.ts';

/** Throws `not_found` for a request that speaks a version before 1.`since`. */
export function refuseBefore(since: number, request: FastifyRequest): void {
  if (request.minor >= since) return;
  throw new IngotError('not_found', 'Not Found', {
    hint: `This needs X-OpenStack-Ironic-API-Version 1.${since} or newer.`,
  });
}
