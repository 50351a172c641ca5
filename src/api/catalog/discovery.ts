/** What anybody may ask: which API this is, and whether it is alive. */
import { nobody, onSite } from '../access/route-access.ts';
import type { Catalog } from './operation.ts';

export const DISCOVERY: Catalog = {
  'GET /': { summary: 'The versions of the API', access: nobody },
  'GET /v1': { summary: 'The resources of Ironic’s API at this microversion', access: nobody },
  'GET /openapi.json': { summary: 'This document', access: nobody },
  'GET /healthz': { summary: 'Whether daemon and store answer', access: nobody },
  'GET /metrics': {
    summary: 'Figures for Prometheus',
    access: onSite('ingot:site:get'),
    mediaType: 'text/plain',
  },
};
