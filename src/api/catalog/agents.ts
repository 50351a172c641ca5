/** What a ramdisk calls, which proves itself by its node's token and not by a login. */
import { nobody } from '../access/route-access.ts';
import { heartbeatBody, inspectionBody, inspectionQuery, lookupQuery } from '../schemas/agent.ts';
import type { Catalog } from './operation.ts';

export const AGENTS: Catalog = {
  'GET /v1/lookup': {
    summary: 'An agent finds its node by the MACs of its NICs',
    access: nobody,
    since: 22,
    query: lookupQuery,
  },
  'POST /v1/heartbeat/:ident': {
    summary: 'An agent says that it is there, and where to reach it',
    access: nobody,
    since: 22,
    body: heartbeatBody,
    status: 202,
  },
  'POST /v1/continue_inspection': {
    summary: 'An agent tells what it found',
    access: nobody,
    query: inspectionQuery,
    body: inspectionBody,
    status: 202,
  },
};
