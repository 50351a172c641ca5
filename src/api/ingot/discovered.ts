/** `/ingot/v1/discovered`: machines that were heard on the wire and belong to no node. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { IngotError } from '../../errors.ts';
import { swapped, uuidHex, uuidText } from '../../net/smbios-uuid.ts';
import type { DiscoveredRecord } from '../../store/records/discovered.ts';
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

/** With the UUID in both byte orders: what DMI and Redfish show is one of them. */
function view(record: DiscoveredRecord): object {
  const { uuid } = record;
  return { ...record, uuid_swapped: uuid === null ? null : uuidText(swapped(uuidHex(uuid))) };
}
