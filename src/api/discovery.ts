/** `GET /` and `GET /v1`: what is here and which versions are spoken. */
import type { FastifyInstance } from 'fastify';
import { resourceLinks } from './links.ts';
import { baseUrl } from './server.ts';
import { MAX_VERSION, MIN_VERSION } from './version.ts';

/** Resources of `/v1` and the first microversion that shows each. */
export type Resources = Readonly<Record<string, number>>;

export const BOOT_RESOURCES: Resources = { lookup: 22, heartbeat: 22, continue_inspection: 84 };
export const API_RESOURCES: Resources = {
  chassis: 1,
  nodes: 1,
  ports: 1,
  drivers: 1,
  portgroups: 23,
  volume: 32,
  conductors: 49,
  allocations: 52,
  deploy_templates: 55,
  shards: 82,
  runbooks: 92,
  inspection_rules: 96,
  ...BOOT_RESOURCES,
};

export function discoveryRoutes(app: FastifyInstance, resources: Resources): void {
  app.get('/', async (request) => {
    const version = versionOf(baseUrl(request));
    return {
      name: 'OpenStack Ironic API',
      description: 'ingot: bare-metal provisioning that speaks the Ironic API.',
      default_version: version,
      versions: [version],
    };
  });
  app.get('/v1', async (request) => {
    const base = baseUrl(request);
    const shown = Object.entries(resources).filter(([, since]) => request.minor >= since);
    return {
      id: 'v1',
      links: [
        { href: `${base}/v1/`, rel: 'self' },
        {
          href: 'https://docs.openstack.org//ironic/latest/contributor//webapi.html',
          rel: 'describedby',
          type: 'text/html',
        },
      ],
      media_types: { base: 'application/json', type: 'application/vnd.openstack.ironic.v1+json' },
      ...Object.fromEntries(shown.map(([name]) => [name, resourceLinks(base, `${name}/`)])),
      version: versionOf(base),
    };
  });
}

function versionOf(base: string): object {
  return {
    id: 'v1',
    links: [{ href: `${base}/v1/`, rel: 'self' }],
    status: 'CURRENT',
    min_version: MIN_VERSION,
    version: MAX_VERSION,
  };
}
