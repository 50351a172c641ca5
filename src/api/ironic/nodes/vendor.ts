/** `/v1/nodes/{id}/vendor_passthru`: methods of the vendor. Only pretended hardware has some, to try clients with. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { IngotError } from '../../../errors.ts';
import type { JsonObject } from '../../../json.ts';
import { FAKE_VENDOR_METHODS, type VendorMethod } from '../../../lifecycle/fake-vendor.ts';
import { isFake } from '../../../lifecycle/interfaces.ts';
import type { NodeRecord } from '../../../store/records/node.ts';
import type { ApiContext } from '../../context.ts';
import { parseBody } from '../../parse.ts';
import { jsonObject } from '../../schemas/common.ts';
import { findNode } from '../idents.ts';
import { refuseWhileAtWork } from '../locked.ts';

/** The HTTP methods that a vendor's own may be asked with. */
export const PASSTHRU_METHODS = ['GET', 'POST', 'PUT', 'DELETE'] as const;
/** Those that are pretended take this one. */
const FAKE_HTTP_METHOD = 'POST';

type WithIdent = { Params: { ident: string } };
type WithPart = { Params: { ident: string; part: string } };

export function vendorRoutes(app: FastifyInstance, { store, write }: ApiContext): void {
  app.get<WithIdent>('/v1/nodes/:ident/vendor_passthru/methods', async (request) => {
    const methods = methodsOf(await findNode(store, request.params.ident));
    return Object.fromEntries([...methods].map(([name, method]) => [name, described(method)]));
  });

  const call = async (request: FastifyRequest<WithIdent>, reply: FastifyReply, name: string | null) => {
    const node = await findNode(store, request.params.ident);
    const method = methodNamed(node, name, request.method);
    if (method.needsLock)
      await write(request, async (queries) =>
        refuseWhileAtWork(queries, await findNode(queries, request.params.ident)),
      );
    const { bar } = parseBody(jsonObject, request.body ?? {}, 'data');
    if (bar === undefined || bar === '' || bar === null)
      throw new IngotError('invalid_input', `Parameter 'bar' not passed to method '${name}'.`, {
        hint: `Send {"bar": "${method.wanted}"}, or any other value.`,
      });
    if (method.async) return reply.code(202).send();
    return reply.type('application/json').send(JSON.stringify(bar === method.wanted));
  };
  for (const method of PASSTHRU_METHODS) {
    app.route<WithIdent & { Querystring: { method?: string } }>({
      method,
      url: '/v1/nodes/:ident/vendor_passthru',
      handler: (request, reply) => call(request, reply, request.query.method ?? null),
    });
    app.route<WithPart>({
      method,
      url: '/v1/nodes/:ident/vendor_passthru/:part',
      handler: (request, reply) => call(request, reply, request.params.part),
    });
  }
}

function methodsOf(node: NodeRecord): ReadonlyMap<string, VendorMethod> {
  return isFake(node, 'vendor') ? FAKE_VENDOR_METHODS : new Map();
}

/** As Ironic describes it. */
function described({ async, needsLock, description }: VendorMethod): JsonObject {
  return {
    http_methods: [FAKE_HTTP_METHOD],
    async,
    attach: false,
    require_exclusive_lock: needsLock,
    description,
  };
}

function methodNamed(node: NodeRecord, name: string | null, http: string): VendorMethod {
  if (name === null)
    throw new IngotError('invalid_input', 'Missing mandatory parameter: method', {
      hint: 'Name it in the path: …/vendor_passthru/METHOD.',
    });
  const methods = methodsOf(node);
  const method = methods.get(name);
  if (method === undefined)
    throw new IngotError('invalid_input', `No handler for method ${name}`, {
      hint: `This node has: ${[...methods.keys()].join(', ') || 'no vendor methods'}.`,
    });
  if (http !== FAKE_HTTP_METHOD)
    throw new IngotError('invalid_input', `The method ${name} does not support HTTP ${http}`, {
      hint: `Ask with ${FAKE_HTTP_METHOD}.`,
    });
  return method;
}
