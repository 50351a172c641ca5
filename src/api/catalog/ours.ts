/** `/ingot/v1`: what Ironic has no words for. */
import { onList, onNode, onSite } from '../access/route-access.ts';
import { deployBody } from '../schemas/deploy.ts';
import { enrollBody } from '../schemas/enroll.ts';
import { eventsQuery, timelineQuery } from '../schemas/event.ts';
import { imageBody, imageQuery } from '../schemas/image.ts';
import { tokenCreate } from '../schemas/token.ts';
import { enrolledAnswer, newTokenAnswer, timelineAnswer, tokensAnswer } from './answers.ts';
import type { Catalog } from './operation.ts';
import { bootAuthorityAnswer, jobAnswer, jobsAnswer, networksAnswer, whyAnswer } from './our-answers.ts';

const EVENTS = {
  access: onList('ingot:events'),
  query: eventsQuery,
  mediaType: 'text/event-stream',
} as const;

export const OURS: Catalog = {
  'GET /ingot/v1/events': {
    summary:
      'Everything that happens, live; resumes after the id in Last-Event-ID. An "event: gap" tells where events are missing that are kept no more',
    ...EVENTS,
  },
  'GET /v1/events': { summary: 'The same, where it was before /ingot/v1/events', ...EVENTS },
  'POST /ingot/v1/nodes': {
    answer: enrolledAnswer,
    summary: 'Enroll a node with its ports, whole or not at all',
    access: onList('node:create'),
    body: enrollBody,
    status: 201,
  },
  'POST /ingot/v1/nodes/:ident/deploy': {
    summary: 'What to deploy and the verb in one request',
    access: onNode('node:set_provision_state', 'node:update_instance_info'),
    body: deployBody,
    bodyOptional: true,
    status: 202,
  },
  'GET /ingot/v1/nodes/:ident/why': {
    answer: whyAnswer,
    summary: 'Why a node is where it is, and what to check',
    access: onNode('ingot:node:story'),
  },
  'GET /ingot/v1/nodes/:ident/timeline': {
    answer: timelineAnswer,
    summary: 'The events of a node',
    access: onNode('ingot:node:story'),
    query: timelineQuery,
  },
  'GET /ingot/v1/nodes/:ident/job': {
    answer: jobAnswer,
    summary:
      'The running job of a node, else its last one; to a lessee without who asked, its errors and waits',
    access: onNode('ingot:node:job'),
  },
  'GET /ingot/v1/nodes/:ident/logs': {
    summary: 'The logs of ramdisks in which something failed',
    access: onNode('ingot:node:story'),
  },
  'GET /ingot/v1/nodes/:ident/logs/:logs': {
    summary: 'One of them, as an archive',
    access: onNode('ingot:node:story'),
    mediaType: 'application/gzip',
  },
  'GET /ingot/v1/jobs': { answer: jobsAnswer, summary: 'All running jobs', access: onList('ingot:node:job') },
  'GET /ingot/v1/status': { summary: 'The daemon’s own condition', access: onSite('ingot:site:get') },
  'GET /ingot/v1/networks': {
    answer: networksAnswer,
    summary: 'The networks of the configuration',
    access: onSite('ingot:site:get'),
  },
  'GET /ingot/v1/images': { summary: 'The image cache', access: onSite('ingot:site:get') },
  'POST /ingot/v1/images': {
    summary: 'Make an image ready',
    access: onSite('ingot:image:add'),
    body: imageBody,
    status: 202,
  },
  'DELETE /ingot/v1/images/:id': {
    summary: 'Remove an image from the cache',
    access: onSite('ingot:image:remove'),
    query: imageQuery,
    status: 204,
  },
  'GET /ingot/v1/boot/ca': {
    answer: bootAuthorityAnswer,
    summary: 'The authority of boot files by HTTPS',
    access: onSite('ingot:site:get'),
  },
  'GET /ingot/v1/tokens': {
    answer: tokensAnswer,
    summary: 'List the tokens of the API',
    access: onSite('ingot:token:manage'),
  },
  'POST /ingot/v1/tokens': {
    answer: newTokenAnswer,
    summary: 'Make a token; its text is told once',
    access: onSite('ingot:token:manage'),
    body: tokenCreate,
    status: 201,
  },
  'DELETE /ingot/v1/tokens/:id': {
    summary: 'Revoke a token',
    access: onSite('ingot:token:manage'),
    status: 204,
  },
};
