/**
 * `POST /ingot/v1/nodes/{id}/deploy`: what to deploy and the verb in one transaction, where Ironic's API takes a
 * PATCH of `instance_info` and a PUT: of two who deploy one node at once, one gets all that it asked for, the other
 * 409 with the job that holds the node.
 */
import type { FastifyInstance } from 'fastify';
import { askerOf } from '../access/principal.ts';
import type { ApiContext } from '../context.ts';
import { findNode } from '../ironic/idents.ts';
import { configDriveOf } from '../ironic/nodes/config-drive.ts';
import { refuseMask } from '../kept-secrets.ts';
import { parseBody } from '../parse.ts';
import { deployBody } from '../schemas/deploy.ts';
import { BODY_LIMITS, baseUrl } from '../server.ts';

type WithIdent = { Params: { ident: string } };

export function deployRoutes(app: FastifyInstance, { store, lifecycle }: ApiContext): void {
  app.post<WithIdent>(
    '/ingot/v1/nodes/:ident/deploy',
    { bodyLimit: BODY_LIMITS.provision },
    async (request, reply) => {
      const node = await findNode(store, request.params.ident);
      const body = parseBody(deployBody, request.body ?? {}, 'deploy');
      const { target, instance_info, configdrive, deploy_steps: deploySteps } = body;
      refuseMask(instance_info);
      const drive = await configDriveOf(configdrive);
      await lifecycle.requestVerb(node.uuid, {
        verb: target,
        ...askerOf(request),
        deployment: instance_info,
        ...(drive === null ? {} : { configdrive: drive }),
        ...(deploySteps.length === 0 ? {} : { deploySteps }),
      });
      return reply
        .code(202)
        .header('Location', `${baseUrl(request)}/v1/nodes/${node.uuid}/states`)
        .send();
    },
  );
}
