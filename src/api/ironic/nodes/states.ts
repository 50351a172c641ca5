/** `/v1/nodes/{id}/states` and its verbs, and maintenance. */
import type { FastifyInstance } from 'fastify';
import { IngotError } from '../../../errors.ts';
import { POWER_TARGETS, type PowerTarget, VERBS, type Verb } from '../../../store/words.ts';
import { askerOf, principalOf } from '../../access/principal.ts';
import { type ApiContext, showNode } from '../../context.ts';
import { parseArguments } from '../../parse.ts';
import { maintenanceBody } from '../../schemas/node.ts';
import { powerBody, provisionBody, provisionTarget } from '../../schemas/provision.ts';
import { BODY_LIMITS, baseUrl } from '../../server.ts';
import { findNode } from '../idents.ts';
import { refuseWhileAtWork } from '../locked.ts';
import { notAcceptable } from '../since.ts';
import { workAskedFor } from '../step-lists/runbook-use.ts';
import { configDriveOf, configDriveSince, orNone } from './config-drive.ts';
import { NODE_STATES_FIELDS } from './node-fields.ts';
import { selectNodeFields } from './node-view.ts';
import { abortSince, checkArguments, verbSince } from './verbs.ts';

/** Soft targets, and the `timeout` of any. */
const SOFT_POWER_SINCE = 27;

const PROVISION = { what: 'provision', mandatory: 'target' } as const;

type WithIdent = { Params: { ident: string } };

export function stateRoutes(app: FastifyInstance, context: ApiContext): void {
  const { store, lifecycle, checkDriverInfo, whenFree } = context;

  app.get<WithIdent>('/v1/nodes/:ident/states', async (request) => {
    const node = await findNode(store, request.params.ident);
    const fields = selectNodeFields(null, request.minor).filter((field) =>
      NODE_STATES_FIELDS.includes(field.name),
    );
    return showNode(context, request, { node, fields });
  });

  app.put<WithIdent>(
    '/v1/nodes/:ident/states/provision',
    { bodyLimit: BODY_LIMITS.provision },
    async (request, reply) => {
      const { ident } = request.params;
      const node = await findNode(store, ident);
      const { target } = parseArguments(provisionTarget, request.body, PROVISION);
      const verb = verbOf(target);
      if (verb === null) {
        // As Ironic's API: whoever cannot act on the node now hears of the lock, whatever was asked.
        await refuseWhileAtWork(store, node);
        throw new IngotError(
          'invalid_input',
          `The requested action "${target}" can not be performed on node "${node.uuid}" ` +
            `while it is in state "${node.provision_state}".`,
          { hint: `Actions are: ${VERBS.join(', ')}.` },
        );
      }
      verbSince(target, request.minor);
      await lifecycle.refuseByState(node, { verb, said: target });
      abortSince(verb, node.provision_state, request.minor);
      const body = parseArguments(provisionBody, request.body, PROVISION);
      checkArguments(verb, body, request.minor);
      // Verification would fail by it in any case.
      if (verb === 'manage' && node.provision_state === 'enroll')
        checkDriverInfo?.(node.driver, node.driver_info);
      const drive = orNone(body.configdrive);
      configDriveSince(verb, drive, request.minor);
      const configdrive = await configDriveOf(drive);
      const { steps, withoutRamdisk } = await workAskedFor(store, node, {
        body,
        principal: principalOf(request),
      });
      const deploySteps = body.deploy_steps ?? [];
      await lifecycle.requestVerb(node.uuid, {
        verb,
        ...askerOf(request),
        ...(steps === null ? {} : { steps }),
        ...(withoutRamdisk ? { withoutRamdisk } : {}),
        ...(deploySteps.length === 0 ? {} : { deploySteps }),
        ...(configdrive === null ? {} : { configdrive }),
        ...(body.rescue_password == null ? {} : { rescuePassword: body.rescue_password }),
      });
      return reply
        .code(202)
        .header('Location', `${baseUrl(request)}/v1/nodes/${ident}/states`)
        .send();
    },
  );

  app.put<WithIdent>('/v1/nodes/:ident/states/power', async (request, reply) => {
    const { ident } = request.params;
    const node = await findNode(store, ident);
    const { target, timeout = null } = parseArguments(powerBody, request.body, {
      what: 'power',
      mandatory: 'target',
    });
    if (request.minor < SOFT_POWER_SINCE && (target.startsWith('soft ') || timeout !== null))
      throw notAcceptable(timeout === null ? target : 'timeout', SOFT_POWER_SINCE);
    const known = POWER_TARGETS.find((candidate: PowerTarget) => candidate === target);
    if (known === undefined) {
      throw new IngotError(
        'invalid_input',
        `The requested action "${target}" can not be performed on node "${ident}" ` +
          `while it is in state "${node.power_state ?? 'None'}".`,
        { hint: `Targets are: ${POWER_TARGETS.join(', ')}.` },
      );
    }
    checkDriverInfo?.(node.driver, node.driver_info);
    const asked = { timeoutS: timeout, ...askerOf(request) };
    await whenFree(request, () => lifecycle.requestPower(node.uuid, known, asked));
    return reply
      .code(202)
      .header('Location', `${baseUrl(request)}/v1/nodes/${ident}/states`)
      .send();
  });

  const setMaintenance = async (
    ident: string,
    on: { readonly reason: string | null } | null,
  ): Promise<void> => {
    await store.transaction(async (queries) => {
      const node = await findNode(queries, ident);
      const fields =
        on === null
          ? { maintenance: false, maintenance_reason: null, fault: null }
          : { maintenance: true, maintenance_reason: on.reason };
      await queries.nodes.update(node.uuid, fields);
      const because = on?.reason == null ? '' : `: ${on.reason}`;
      await queries.events.append({
        node_uuid: node.uuid,
        kind: on === null ? 'maintenance.off' : 'maintenance.on',
        message: `Maintenance was switched ${on === null ? 'off' : 'on'}${because}`,
      });
    });
  };
  app.put<WithIdent>('/v1/nodes/:ident/maintenance', async (request, reply) => {
    const { reason } = parseArguments(maintenanceBody, request.body, {
      what: 'maintenance',
      mandatory: null,
    });
    await setMaintenance(request.params.ident, { reason: reason ?? null });
    return reply.code(202).send();
  });
  app.delete<WithIdent>('/v1/nodes/:ident/maintenance', async (request, reply) => {
    await setMaintenance(request.params.ident, null);
    return reply.code(202).send();
  });
}

/** `deploy` and `undeploy` are the spellings of 1.73 for `active` and `deleted`. */
function verbOf(target: string): Verb | null {
  if (target === 'deploy') return 'active';
  if (target === 'undeploy') return 'deleted';
  return VERBS.find((verb) => verb === target) ?? null;
}
