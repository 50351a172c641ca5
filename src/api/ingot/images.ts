/** `/ingot/v1/images`: the image cache, and images fetched ahead of the first deployment. */
import type { FastifyInstance } from 'fastify';
import { IngotError } from '../../errors.ts';
import type { ApiContext } from '../context.ts';
import type { ImagesControl } from '../deps.ts';
import { plainQuery } from '../ironic/paging.ts';
import { parseBody, parseQuery } from '../parse.ts';
import { imageBody, imageQuery } from '../schemas/image.ts';

const NO_IMAGES: ImagesControl = {
  list: () => [],
  add: () => {
    throw new IngotError('environment', 'This daemon keeps no images', {
      hint: 'See images in its configuration.',
    });
  },
  remove: async () => undefined,
};

export function imageRoutes(app: FastifyInstance, { images = NO_IMAGES }: ApiContext): void {
  app.get('/ingot/v1/images', async () => ({ images: images.list() }));

  /** 202: it is fetched, verified and converted from now on; the list tells how far it is. */
  app.post('/ingot/v1/images', async (request, reply) =>
    reply.code(202).send(images.add(parseBody(imageBody, request.body, 'image'))),
  );

  app.delete<{ Params: { id: string } }>('/ingot/v1/images/:id', async (request, reply) => {
    const { force } = parseQuery(imageQuery, plainQuery(request.query));
    await images.remove(request.params.id, { force });
    return reply.code(204).send();
  });
}
