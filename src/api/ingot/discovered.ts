/** `/ingot/v1/discovered`: machines that were heard on the wire and belong to no node. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { IngotError } from '../../errors.ts';
import type { DiscoveredRecord } from '../../store/records.ts';
import type { ApiContext } from '../context.ts';
import { parseBody } from '../parse.ts';
import { mac } from '../schemas/common.ts';

const discoveredPath = z.object({ mac });

export function discoveredRoutes(app: FastifyInstance, { dhcp }: ApiContext): void {
  app.get('/ingot/v1/discovered', async () => ({ machines: (dhcp?.discovered() ?? []).map(view) }));

  app.delete('/ingot/v1/discovered/:mac', async (request, reply) => {
    const machine = parseBody(discoveredPath, request.params, 'path').mac;
    if ((await dhcp?.forgetDiscovered(machine)) === true) return reply.code(204).send();
    throw new IngotError('not_found', `${machine} is not on the list of discovered machines.`, {
      hint: '`ingot dhcp discovered` shows the list; a machine leaves it when a node with its MAC is enrolled.',
    });
  });
}

/**
 * With the UUID in both byte orders: what DMI and Redfish show is one of them, for firmware does not agree on how to
 * send the first three fields (SMBIOS 2.6 made them little-endian, RFC 4122 and so RFC 4578 has them big-endian).
 */
function view(record: DiscoveredRecord): object {
  return { ...record, uuid_swapped: record.uuid === null ? null : swapped(record.uuid) };
}

function swapped(uuid: string): string {
  const [first = '', second = '', third = '', ...rest] = uuid.split('-');
  const turned = [first, second, third].map((field) => Buffer.from(field, 'hex').reverse().toString('hex'));
  return [...turned, ...rest].join('-');
}
