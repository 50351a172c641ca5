import type { FastifyInstance } from 'fastify';

/** `GET /v1/nodes/:ident`, …: every route that an API has, sorted; what it prints is a tree, four columns a level. */
export async function routesOf(app: FastifyInstance): Promise<readonly string[]> {
  await app.ready();
  const above: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', part = '', methods = ''] = /^(.*)[├└]── (\S+)(?: \((.*)\))?$/.exec(line) ?? [];
      if (part === '') return [];
      const depth = indent.length / 4;
      above.splice(depth, above.length, part);
      const path = above.join('').replace(/(?<=.)\/\//g, '/');
      return methods
        .split(', ')
        .filter((method) => method !== '' && method !== 'HEAD')
        .map((method) => `${method} ${path}`);
    })
    .sort();
}
