/** `/v1/deploy_templates` (1.55) and `/v1/runbooks` (1.92): lists of steps by name. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { IngotError } from '../../errors.ts';
import type { Json, JsonObject } from '../../store/records.ts';
import type { StepListRecord } from '../../store/step-list-records.ts';
import type { Queries } from '../../store/store.ts';
import type { ApiContext } from '../context.ts';
import { refuseMask, withKeptSecrets } from '../kept-secrets.ts';
import { resourceLinks } from '../links.ts';
import { parseBody, parseQuery } from '../parse.ts';
import { applyPatch, patchedFields } from '../patch.ts';
import { jsonObject } from '../schemas/common.ts';
import { patchSchema } from '../schemas/patch.ts';
import { newUuid, stepListQuery, stepListShowQuery } from '../schemas/step-list.ts';
import { baseUrl } from '../server.ts';
import { ironicTime } from '../time.ts';
import { nextLink, pageSize, plainQuery, refuseDetailWithFields } from './paging.ts';
import { refuseBefore } from './since.ts';
import { DEPLOY_TEMPLATES, RUNBOOKS, type StepListFacts, type StepListFields } from './step-list-kinds.ts';

type WithIdent = { Params: { ident: string } };

const LIST_FIELDS: readonly string[] = ['uuid', 'name', 'links'];

export function stepListRoutes(app: FastifyInstance, { store }: ApiContext): void {
  for (const facts of [DEPLOY_TEMPLATES, RUNBOOKS]) {
    const { kind, collection, since } = facts;
    const path = `/v1/${collection}`;

    app.get(path, async (request) => {
      refuseBefore(since, request);
      const plain = plainQuery(request.query);
      const query = parseQuery(stepListQuery, plain);
      refuseDetailWithFields(query);
      const listed = query.fields === undefined ? LIST_FIELDS : [...query.fields, 'links'];
      const fields = selectFields(facts, query.detail === true ? null : listed);
      const all = await store.stepLists.list(kind);
      const after = query.marker === undefined ? 0 : all.findIndex(({ uuid }) => uuid === query.marker) + 1;
      const size = pageSize(query.limit);
      const items = all.slice(after, after + size);
      const base = baseUrl(request);
      const next = nextLink({ url: `${base}${path}`, query: plain, size, items });
      return { [collection]: items.map((one) => view(facts, one, { base, fields })), ...next };
    });

    app.get<WithIdent>(`${path}/:ident`, async (request) => {
      refuseBefore(since, request);
      const { fields } = parseQuery(stepListShowQuery, plainQuery(request.query));
      const shown = selectFields(facts, fields === undefined ? null : [...fields, 'links']);
      const found = await findStepList(store, facts, request.params.ident);
      return view(facts, found, { base: baseUrl(request), fields: shown });
    });

    app.post(path, async (request, reply) => {
      refuseBefore(since, request);
      const { uuid, ...body } = parseBody(newUuid, request.body ?? {}, facts.title.toLowerCase());
      refuseMask(parseBody(jsonObject, body, facts.title.toLowerCase()));
      const fields = checked(facts.parse(body));
      const made = await store.stepLists.insert({ uuid: uuid ?? randomUUID(), kind, ...fields });
      return reply
        .code(201)
        .header('Location', `${baseUrl(request)}${path}/${made.uuid}`)
        .send(whole(facts, made, request));
    });

    app.patch<WithIdent>(`${path}/:ident`, async (request) => {
      refuseBefore(since, request);
      const patch = parseBody(patchSchema, request.body, 'patch');
      const changed = await store.transaction(async (queries) => {
        const before = await findStepList(queries, facts, request.params.ident);
        const given = patchedFields(patch);
        // A runbook that is made public gives its owner up.
        const owned = given.includes('public') && !given.includes('owner') ? { owner: null } : {};
        const stored = documentOf(facts, before);
        const shown = { ...stored, steps: before.steps.map(facts.stepView) };
        const patched = applyPatch({ ...stored, ...owned }, patch, facts.patch);
        const after = withKeptSecrets(patched, { stored, shown }, given);
        return await queries.stepLists.update(before, checked(facts.parse(after)));
      });
      return whole(facts, changed, request);
    });

    app.delete<WithIdent>(`${path}/:ident`, async (request, reply) => {
      refuseBefore(since, request);
      await store.transaction(async (queries) => {
        const { uuid } = await findStepList(queries, facts, request.params.ident);
        await queries.stepLists.delete(uuid);
      });
      return reply.code(204).send();
    });
  }
}

/** Throws `not_found` in Ironic's words. */
export async function findStepList(
  queries: Pick<Queries, 'stepLists'>,
  { kind, title, collection }: Pick<StepListFacts, 'kind' | 'title' | 'collection'>,
  ident: string,
): Promise<StepListRecord> {
  const found = await queries.stepLists.find(kind, ident);
  if (found !== null) return found;
  throw new IngotError('not_found', `${title} ${ident} could not be found.`, {
    hint: `GET /v1/${collection} lists all by uuid and name.`,
  });
}

/** Throws `invalid_input` for what no list may hold. */
function checked(fields: StepListFields): StepListFields {
  const titles = fields.steps.map(({ interface: kind, step }) => `interface: ${kind}, step: ${step}`);
  const doubles = titles.filter((title, index) => titles.indexOf(title) !== index);
  if (doubles.length > 0) {
    throw new IngotError(
      'invalid_input',
      'Duplicate deploy steps. A template cannot have multiple deploy steps with the same interface and step. ' +
        `Duplicates: ${[...new Set(doubles)].join('; ')}`,
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

type Shown = { readonly base: string; readonly fields: readonly string[] };

function whole(facts: StepListFacts, list: StepListRecord, request: FastifyRequest): JsonObject {
  return view(facts, list, { base: baseUrl(request), fields: facts.fields });
}

function view(facts: StepListFacts, list: StepListRecord, { base, fields }: Shown): JsonObject {
  const shown: Readonly<Record<string, Json>> = {
    ...list,
    created_at: ironicTime(list.created_at),
    updated_at: ironicTime(list.updated_at),
    links: resourceLinks(base, `${facts.collection}/${list.uuid}`),
    steps: list.steps.map(facts.stepView),
  };
  return Object.fromEntries(
    facts.fields.filter((name) => fields.includes(name)).map((name) => [name, shown[name] ?? null]),
  );
}

/** The list as a client would write it, its secrets as they are. */
function documentOf(facts: StepListFacts, list: StepListRecord): JsonObject {
  const steps = list.steps.map((step) => ({ ...facts.stepView(step), args: step.args }));
  const fields: Readonly<Record<string, Json>> = { ...list, steps };
  return Object.fromEntries(facts.patch.allowed.map((name) => [name, fields[name] ?? null]));
}

function selectFields({ fields, title }: StepListFacts, names: readonly string[] | null): readonly string[] {
  const unknown = names?.find((name) => !fields.includes(name));
  if (unknown === undefined) return names ?? fields;
  throw new IngotError('invalid_input', `Field ${unknown} is not a valid field.`, {
    hint: `Fields of a ${title.toLowerCase()} are: ${fields.join(', ')}.`,
  });
}
