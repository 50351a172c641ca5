/** `/v1/inspection_rules` (1.96): what is done with what inspections find. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { IngotError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import { checkRule } from '../../lifecycle/inspection-rules/rule.ts';
import { INSPECTION_RULE_SORT_KEYS } from '../../store/inspection-rules.ts';
import { missing } from '../../store/page.ts';
import type { InspectionRuleRecord, RuleOperationRecord } from '../../store/records/inspection.ts';
import type { Queries } from '../../store/store.ts';
import type { ApiContext } from '../context.ts';
import { parseBody, parseQuery } from '../parse.ts';
import { applyPatch, patchedFields } from '../patch.ts';
import {
  inspectionRuleCreate,
  inspectionRuleListQuery,
  inspectionRuleWritable,
} from '../schemas/inspection-rule.ts';
import { patchSchema } from '../schemas/patch.ts';
import { baseUrl } from '../server.ts';
import { datedFields, type Field, linksField, only, plainFields, selectFields, viewOf } from './fields.ts';
import { uuidOrRefuse } from './idents.ts';
import { answerList, shownFields } from './listing.ts';
import { plainQuery } from './paging.ts';
import { refuseBefore, refuseMethodBefore } from './since.ts';
import { type Done, tellChange } from './tell.ts';

const SINCE = 96;
const WHAT = 'inspection rules';
/** The only time at which rules run: when everything else of the inspection is recorded. */
const PHASES: readonly string[] = ['main'];
const HIGHEST_PRIORITY = 9999;

type Plain = 'description' | 'priority' | 'sensitive' | 'phase';

export const INSPECTION_RULE_FIELDS: readonly Field<InspectionRuleRecord>[] = [
  ...datedFields<InspectionRuleRecord>(),
  ...plainFields<InspectionRuleRecord, Plain>(['description', 'priority', 'sensitive', 'phase']),
  // What a sensitive rule looks for and does is told to nobody any more.
  {
    name: 'conditions',
    since: 1,
    value: ({ sensitive, conditions }) => (sensitive ? null : conditions.map(shown)),
  },
  { name: 'actions', since: 1, value: ({ sensitive, actions }) => (sensitive ? null : actions.map(shown)) },
  linksField('inspection_rules'),
];

function shown({ op, args, loop, multiple }: RuleOperationRecord): JsonObject {
  return {
    op,
    args,
    ...(loop === undefined ? {} : { loop }),
    ...(multiple === undefined ? {} : { multiple }),
  };
}

const LISTED = {
  name: 'inspection_rules',
  fields: INSPECTION_RULE_FIELDS,
  short: ['uuid', 'priority', 'phase', 'description'],
  sortKeys: INSPECTION_RULE_SORT_KEYS,
} as const;

const PATCH_RULES = {
  allowed: Object.keys(inspectionRuleWritable.shape),
  mandatory: ['actions'],
  emptied: { conditions: [], priority: 0, sensitive: false, phase: 'main' },
} as const;

type WithIdent = { Params: { ident: string } };

export function inspectionRuleRoutes(app: FastifyInstance, { store }: ApiContext): void {
  const whole = (request: FastifyRequest, rule: InspectionRuleRecord): object =>
    viewOf(rule, selectFields(INSPECTION_RULE_FIELDS, null, request.minor), baseUrl(request));

  app.get('/v1/inspection_rules', async (request) => {
    refuseBefore(SINCE, request);
    const { phase, ...query } = parseQuery(inspectionRuleListQuery, plainQuery(request.query));
    return answerList(request, LISTED, {
      path: 'inspection_rules',
      query,
      find: (page) => store.inspectionRules.list({ ...page, ...(phase === undefined ? {} : { phase }) }),
    });
  });

  app.get<WithIdent>('/v1/inspection_rules/:ident', async (request) => {
    refuseBefore(SINCE, request);
    return viewOf(await find(store, request), shownFields(request, INSPECTION_RULE_FIELDS), baseUrl(request));
  });

  app.post('/v1/inspection_rules', async (request, reply) => {
    refuseMethodBefore(SINCE, request, WHAT);
    const { uuid, ...fields } = parseBody(inspectionRuleCreate, request.body, 'inspection rule');
    checkFields(fields);
    const stored = await store.transaction(async (queries) => {
      const rule = await queries.inspectionRules.insert({ ...fields, uuid: uuid ?? randomUUID() });
      await tell(queries, rule, 'created');
      return rule;
    });
    return reply
      .code(201)
      .header('Location', `${baseUrl(request)}/v1/inspection_rules/${stored.uuid}`)
      .send(whole(request, stored));
  });

  app.patch<WithIdent>('/v1/inspection_rules/:ident', async (request) => {
    refuseMethodBefore(SINCE, request, WHAT);
    const patch = parseBody(patchSchema, request.body, 'patch');
    const stored = await store.transaction(async (queries) => {
      const rule = await find(queries, request);
      const { uuid, created_at: _c, updated_at: _u, conditions, actions, ...plain } = rule;
      const writable = { ...plain, conditions: conditions.map(shown), actions: actions.map(shown) };
      const document = applyPatch(writable, patch, PATCH_RULES);
      const after = parseBody(inspectionRuleWritable, document, 'inspection rule');
      if (rule.sensitive && !after.sensitive) {
        const said = "Couldn't apply patch. Reason: Inspection rules cannot have the sensitive flag unset.";
        throw new IngotError('invalid_input', said, { hint: 'Delete the rule and make another one.' });
      }
      checkFields(after);
      const record = await queries.inspectionRules.update(uuid, only(after, patchedFields(patch)));
      await tell(queries, record, 'updated');
      return record;
    });
    return whole(request, stored);
  });

  app.delete<WithIdent>('/v1/inspection_rules/:ident', async (request, reply) => {
    refuseMethodBefore(SINCE, request, WHAT);
    await store.transaction(async (queries) => {
      const rule = await find(queries, request);
      await queries.inspectionRules.delete(rule.uuid);
      await tell(queries, rule, 'deleted');
    });
    return reply.code(204).send();
  });
}

async function find(
  queries: Pick<Queries, 'inspectionRules'>,
  request: FastifyRequest<WithIdent>,
): Promise<InspectionRuleRecord> {
  const uuid = uuidOrRefuse('inspection_rule_uuid', request.params.ident);
  const rule = await queries.inspectionRules.get(uuid);
  if (rule !== null) return rule;
  throw missing('Rule', uuid);
}

/** Throws `invalid_input` in Ironic's order: phase, priority, conditions, actions. */
function checkFields(rule: z.output<typeof inspectionRuleWritable>): void {
  const problem = !PHASES.includes(rule.phase)
    ? `Invalid phase: ${rule.phase}. Valid phases are: ${PHASES.join(', ')}`
    : rule.priority < 0
      ? 'Priority cannot be negative for user-defined rules.'
      : rule.priority > HIGHEST_PRIORITY
        ? `Priority must be between 0 and ${HIGHEST_PRIORITY} for user-defined rules.`
        : null;
  if (problem !== null) throw new IngotError('invalid_input', problem, { hint: 'Correct the rule.' });
  checkRule(rule);
}

function tell(queries: Queries, { uuid, description }: InspectionRuleRecord, done: Done): Promise<void> {
  const data = { inspection_rule_uuid: uuid };
  const title = description ?? uuid;
  return tellChange(queries, { noun: 'inspection rule', done, title, node_uuid: null, data });
}
