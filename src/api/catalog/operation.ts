/** One route as its users know it: what it is for, who may call it, what it takes and answers. */
import type { z } from 'zod';
import type { RouteAccess } from '../access/route-access.ts';

export type Operation = {
  /** One sentence without a full stop. */
  readonly summary: string;
  readonly access: RouteAccess;
  /** The first microversion that has it; 1 unless told. */
  readonly since?: number;
  /** The schemas that the route itself parses by. */
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Where the body may be left out. */
  readonly bodyOptional?: true;
  /** The status of success; 200 unless told. */
  readonly status?: 200 | 201 | 202 | 204;
  /** The answer of success; absent: none, or any JSON object. */
  readonly answer?: z.ZodType;
  /** Of the answer, where it is not JSON. */
  readonly mediaType?: 'text/event-stream' | 'text/plain' | 'application/gzip';
};

/** By method and path, as fastify knows them: `GET /v1/nodes/:ident`. */
export type Catalog = Readonly<Record<string, Operation>>;
