/** Ironic's deploy templates and runbooks. */
import { onList, onSite } from '../access/route-access.ts';
import { showQuery } from '../ironic/listing.ts';
import { patchSchema } from '../schemas/patch.ts';
import { deployTemplateWritable, runbookWritable, stepListQuery } from '../schemas/step-list.ts';
import { deployTemplateAnswer, deployTemplatesAnswer, runbookAnswer, runbooksAnswer } from './answers.ts';
import type { Catalog } from './operation.ts';

export const STEP_LISTS: Catalog = {
  'GET /v1/deploy_templates': {
    answer: deployTemplatesAnswer,
    summary: 'List deploy templates',
    access: onSite('deploy_template:get'),
    since: 55,
    query: stepListQuery,
  },
  'POST /v1/deploy_templates': {
    answer: deployTemplateAnswer,
    summary: 'Make a deploy template',
    access: onSite('deploy_template:create'),
    since: 55,
    body: deployTemplateWritable,
    status: 201,
  },
  'GET /v1/deploy_templates/:ident': {
    answer: deployTemplateAnswer,
    summary: 'Show a deploy template',
    access: onSite('deploy_template:get'),
    since: 55,
    query: showQuery,
  },
  'PATCH /v1/deploy_templates/:ident': {
    answer: deployTemplateAnswer,
    summary: 'Change fields of a deploy template',
    access: onSite('deploy_template:update'),
    since: 55,
    body: patchSchema,
  },
  'DELETE /v1/deploy_templates/:ident': {
    summary: 'Delete a deploy template',
    access: onSite('deploy_template:delete'),
    since: 55,
    status: 204,
  },
  'GET /v1/runbooks': {
    answer: runbooksAnswer,
    summary: 'List runbooks',
    access: onList('runbook:get'),
    since: 92,
    query: stepListQuery,
  },
  'POST /v1/runbooks': {
    answer: runbookAnswer,
    summary: 'Make a runbook',
    access: onList('runbook:create'),
    since: 92,
    body: runbookWritable,
    status: 201,
  },
  'GET /v1/runbooks/:ident': {
    answer: runbookAnswer,
    summary: 'Show a runbook',
    access: onList('runbook:get'),
    since: 92,
    query: showQuery,
  },
  'PATCH /v1/runbooks/:ident': {
    answer: runbookAnswer,
    summary: 'Change fields of a runbook',
    access: onList('runbook:update'),
    since: 92,
    body: patchSchema,
  },
  'DELETE /v1/runbooks/:ident': {
    summary: 'Delete a runbook',
    access: onList('runbook:delete'),
    since: 92,
    status: 204,
  },
};
