/** `GET /ingot/v1/dhcp/leases`: who has, had or is about to get which address. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { LEASE_STATES } from '../deps.ts';
import { parseQuery } from '../parse.ts';
import { mac } from '../schemas/common.ts';
import { refuseUnknownNetwork } from './network-filter.ts';

export const leaseQuery = z.strictObject({
  network: z.string().optional(),
  mac: mac.optional(),
  state: z.enum(LEASE_STATES).optional(),
});

export function leaseRoutes(app: FastifyInstance, { config, store, dhcp }: ApiContext): void {
  app.get('/ingot/v1/dhcp/leases', async (request) => {
    const query = parseQuery(leaseQuery, request.query);
    const wanted = Object.entries(query);
    const [all, owners] = await Promise.all([dhcp?.leases() ?? [], store.ports.owners()]);
    refuseUnknownNetwork(query.network, config.networks, all);
    const leases = all
      .filter((lease) => {
        const fields: Readonly<Record<string, unknown>> = { ...lease };
        return wanted.every(([name, value]) => fields[name] === value);
      })
      .map((lease) => ({ ...lease, node: lease.mac === null ? null : (owners.get(lease.mac) ?? null) }));
    return { leases };
  });
}
