/** `/v1/deploy_templates` (1.55) and `/v1/runbooks` (1.92): lists of steps by name. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { IngotError } from '../../../errors.ts';
import type { Json, JsonObject } from '../../../json.ts';
import type { StepListRecord } from '../../../store/records/step-list.ts';
import type { Queries } from '../../../store/store.ts';
import { mustOwn } from '../../access/own.ts';
import { principalOf } from '../../access/principal.ts';
import type { ApiContext } from '../../context.ts';
import { refuseMask, withKeptSecrets } from '../../kept-secrets.ts';
import { parseBody, parseQuery } from '../../parse.ts';
import { applyPatch, patchedFields } from '../../patch.ts';
import { jsonObject } from '../../schemas/common.ts';
import { patchSchema } from '../../schemas/patch.ts';
import { newUuid, stepListQuery } from '../../schemas/step-list.ts';
import { baseUrl } from '../../server.ts';
import { selectFields, viewOf } from '../fields.ts';
import { answerList, shownFields } from '../listing.ts';
import { plainQuery } from '../paging.ts';
import { refuseBefore, refuseMethodBefore } from '../since.ts';
import { madeBy, refuseReassignment, seenBy } from './runbook-owners.ts';
import { DEPLOY_TEMPLATES, RUNBOOKS, type StepListFacts, type StepListFields } from './step-list-kinds.ts';

type WithIdent = { Params: { ident: string } };

export function stepListRoutes(app: FastifyInstance, context: ApiContext): void {
  for (const facts of [DEPLOY_TEMPLATES, RUNBOOKS]) kindRoutes(app, context, facts);
}

function kindRoutes(app: FastifyInstance, { store }: ApiContext, facts: StepListFacts): void {
  const { kind, since, title, listed } = facts;
  const path = `/v1/${listed.name}`;
  const whole = (request: FastifyRequest, list: StepListRecord): object =>
    viewOf(list, selectFields(listed.fields, null, request.minor), baseUrl(request));
  const mustSee = async (
    queries: Pick<Queries, 'stepLists'>,
    request: FastifyRequest<WithIdent>,
  ): Promise<StepListRecord> => {
    const found = await findStepList(queries, facts, request.params.ident);
    if (!seenBy(principalOf(request), found)) throw notFound(facts, request.params.ident);
    return found;
  };

  app.get(path, async (request) => {
    refuseBefore(since, request);
    const query = parseQuery(stepListQuery, plainQuery(request.query));
    const { project } = principalOf(request);
    return answerList(request, listed, {
      path: listed.name,
      query,
      find: (page) => store.stepLists.list(kind, project === null ? page : { ...page, project }),
    });
  });

  app.get<WithIdent>(`${path}/:ident`, async (request) => {
    refuseBefore(since, request);
    const shown = shownFields(request, listed.fields);
    return viewOf(await mustSee(store, request), shown, baseUrl(request));
  });

  app.post(path, async (request, reply) => {
    refuseMethodBefore(since, request, `${title.toLowerCase()}s`);
    const noun = kind === 'deploy_template' ? 'template' : kind;
    const { uuid, ...body } = parseBody(newUuid, request.body ?? {}, noun);
    refuseMask(parseBody(jsonObject, body, noun));
    const fields = madeBy(principalOf(request), checked(facts.parse(body), title));
    const stored = await store.transaction(async (queries) => {
      const made = await queries.stepLists.insert({ uuid: uuid ?? randomUUID(), kind, ...fields });
      await tell(queries, made, 'created');
      return made;
    });
    return reply
      .code(201)
      .header('Location', `${baseUrl(request)}${path}/${stored.uuid}`)
      .send(whole(request, stored));
  });

  app.patch<WithIdent>(`${path}/:ident`, async (request) => {
    refuseMethodBefore(since, request, `${title.toLowerCase()}s`);
    const patch = parseBody(patchSchema, request.body, 'patch');
    const stored = await store.transaction(async (queries) => {
      const before = await mustSee(queries, request);
      const touched = patchedFields(patch);
      mustOwn(principalOf(request), `${kind}:update`, before);
      refuseReassignment(principalOf(request), touched);
      // As in Ironic, a patch of `public`, to whichever value, takes the owner away unless it names one.
      const owned = touched.includes('public') && !touched.includes('owner') ? { owner: null } : {};
      const kept = documentOf(facts, before);
      const shown = { ...kept, steps: before.steps.map(facts.stepView) };
      const patched = applyPatch({ ...kept, ...owned }, patch, facts.patch);
      const after = withKeptSecrets(patched, { stored: kept, shown }, touched);
      const changed = await queries.stepLists.update(before, checked(facts.parse(after), title));
      await tell(queries, changed, 'updated');
      return changed;
    });
    return whole(request, stored);
  });

  app.delete<WithIdent>(`${path}/:ident`, async (request, reply) => {
    refuseMethodBefore(since, request, `${title.toLowerCase()}s`);
    await store.transaction(async (queries) => {
      const list = await mustSee(queries, request);
      mustOwn(principalOf(request), `${kind}:delete`, list);
      await queries.stepLists.delete(list.uuid);
      await tell(queries, list, 'deleted');
    });
    return reply.code(204).send();
  });
}

type Named = Pick<StepListFacts, 'kind' | 'title' | 'lister'>;

/** Throws `not_found` in Ironic's words. */
export async function findStepList(
  queries: Pick<Queries, 'stepLists'>,
  facts: Named,
  ident: string,
): Promise<StepListRecord> {
  const found = await queries.stepLists.find(facts.kind, ident);
  if (found === null) throw notFound(facts, ident);
  return found;
}

export function notFound({ title, lister }: Named, ident: string): IngotError {
  return new IngotError('not_found', `${title} ${ident} could not be found.`, {
    hint: `\`${lister}\` lists all by uuid and name.`,
  });
}

async function tell(
  queries: Queries,
  { uuid, name, kind }: StepListRecord,
  done: 'created' | 'updated' | 'deleted',
): Promise<void> {
  await queries.events.append({
    node_uuid: null,
    kind: `${kind}.${done}`,
    message: `The ${kind.replace('_', ' ')} ${name} was ${done}`,
    data: { [`${kind}_uuid`]: uuid },
  });
}

/** Throws `invalid_input` for what no list may hold. */
function checked(fields: StepListFields, title: string): StepListFields {
  const titles = fields.steps.map(({ interface: kind, step }) => `interface: ${kind}, step: ${step}`);
  const doubles = titles.filter((title, index) => titles.indexOf(title) !== index);
  if (doubles.length > 0) {
    throw new IngotError(
      'invalid_input',
      `${title} invalid: Duplicate deploy steps. A ${title.toLowerCase()} cannot have multiple deploy steps with ` +
        `the same interface and step. Duplicates: ${[...new Set(doubles)].join('; ')}.`,
      { hint: 'Name each step once.' },
    );
  }
  if (fields.public && fields.owner !== null) {
    throw new IngotError('invalid_input', 'There cannot be an owner for a public runbook', {
      hint: 'Leave owner or public out.',
    });
  }
  return fields;
}

/** The list as a client would write it, its secrets as they are. */
function documentOf(facts: StepListFacts, list: StepListRecord): JsonObject {
  const steps = list.steps.map((step) => ({ ...facts.stepView(step), args: step.args }));
  const fields: Readonly<Record<string, Json>> = { ...list, steps };
  return Object.fromEntries(facts.patch.allowed.map((name) => [name, fields[name] ?? null]));
}
