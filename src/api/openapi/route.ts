/** `GET /openapi.json`: what this API is, for programs and people. */
import type { FastifyInstance } from 'fastify';
import { openApiDocument } from './document.ts';

export function openApiRoutes(app: FastifyInstance): void {
  // Made when somebody asks for the first time, and kept: it is the same for all.
  let made: string | null = null;
  app.get('/openapi.json', async (_request, reply) => {
    made ??= JSON.stringify(openApiDocument());
    return reply.header('content-type', 'application/json; charset=utf-8').send(made);
  });
}
