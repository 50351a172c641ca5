/** Ironic's inspection rules. */
import { onSite } from '../access/route-access.ts';
import { showQuery } from '../ironic/listing.ts';
import { inspectionRuleCreate, inspectionRuleListQuery } from '../schemas/inspection-rule.ts';
import { patchSchema } from '../schemas/patch.ts';
import { inspectionRuleAnswer, inspectionRulesAnswer } from './answers.ts';
import type { Catalog } from './operation.ts';

export const INSPECTION_RULES: Catalog = {
  'GET /v1/inspection_rules': {
    answer: inspectionRulesAnswer,
    summary: 'List inspection rules',
    access: onSite('inspection_rule:get'),
    since: 96,
    query: inspectionRuleListQuery,
  },
  'POST /v1/inspection_rules': {
    answer: inspectionRuleAnswer,
    summary: 'Make an inspection rule',
    access: onSite('inspection_rule:create'),
    since: 96,
    body: inspectionRuleCreate,
    status: 201,
  },
  'GET /v1/inspection_rules/:ident': {
    answer: inspectionRuleAnswer,
    summary: 'Show an inspection rule',
    access: onSite('inspection_rule:get'),
    since: 96,
    query: showQuery,
  },
  'PATCH /v1/inspection_rules/:ident': {
    answer: inspectionRuleAnswer,
    summary: 'Change fields of an inspection rule',
    access: onSite('inspection_rule:update'),
    since: 96,
    body: patchSchema,
  },
  'DELETE /v1/inspection_rules/:ident': {
    summary: 'Delete an inspection rule',
    access: onSite('inspection_rule:delete'),
    since: 96,
    status: 204,
  },
};
