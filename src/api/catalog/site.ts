/** What hangs on nodes only loosely: allocations, chassis, remote volumes. */
import { onAllocation, onList, onNamedNode, onNode, onSite, onVolume } from '../access/route-access.ts';
import { showQuery } from '../ironic/listing.ts';
import { allocationCreate, allocationListQuery, nodeAllocationQuery } from '../schemas/allocation.ts';
import { chassisCreate, chassisListQuery } from '../schemas/chassis.ts';
import { nodeListQuery } from '../schemas/node.ts';
import { patchSchema } from '../schemas/patch.ts';
import { connectorCreate, targetCreate, volumeListQuery } from '../schemas/volume.ts';
import {
  allocationAnswer,
  allocationsAnswer,
  chassisAnswer,
  chassisListAnswer,
  connectorAnswer,
  connectorsAnswer,
  nodesAnswer,
  targetAnswer,
  targetsAnswer,
} from './answers.ts';
import type { Catalog } from './operation.ts';

const chassis: Catalog = {
  'GET /v1/chassis': {
    answer: chassisListAnswer,
    summary: 'List chassis',
    access: onSite('chassis:get'),
    query: chassisListQuery,
  },
  'GET /v1/chassis/detail': {
    answer: chassisListAnswer,
    summary: 'List chassis with all their fields',
    access: onSite('chassis:get'),
    query: chassisListQuery,
  },
  'POST /v1/chassis': {
    answer: chassisAnswer,
    summary: 'Add a chassis',
    access: onSite('chassis:create'),
    body: chassisCreate,
    status: 201,
  },
  'GET /v1/chassis/:ident': {
    answer: chassisAnswer,
    summary: 'Show a chassis',
    access: onSite('chassis:get'),
    query: showQuery,
  },
  'PATCH /v1/chassis/:ident': {
    answer: chassisAnswer,
    summary: 'Change fields of a chassis',
    access: onSite('chassis:update'),
    body: patchSchema,
  },
  'DELETE /v1/chassis/:ident': { summary: 'Delete a chassis', access: onSite('chassis:delete'), status: 204 },
  'GET /v1/chassis/:ident/nodes': {
    answer: nodesAnswer,
    summary: 'The nodes of a chassis',
    access: onSite('chassis:get'),
    query: nodeListQuery,
  },
  'GET /v1/chassis/:ident/nodes/detail': {
    answer: nodesAnswer,
    summary: 'The same with all fields',
    access: onSite('chassis:get'),
    query: nodeListQuery,
  },
};

const SINCE = { since: 32 } as const;

/** The routes of one kind of volume resource, which are alike. */
function volumes(on: 'connector' | 'target', body: typeof connectorCreate | typeof targetCreate): Catalog {
  const noun = `volume ${on}`;
  const at = `/v1/volume/${on}s`;
  const [one, many] =
    on === 'connector' ? [connectorAnswer, connectorsAnswer] : [targetAnswer, targetsAnswer];
  return {
    [`GET ${at}`]: {
      answer: many,
      summary: `List ${noun}s`,
      ...SINCE,
      access: onList('volume:get'),
      query: volumeListQuery,
    },
    [`POST ${at}`]: {
      answer: one,
      summary: `Add a ${noun} to a node`,
      ...SINCE,
      access: onNamedNode('volume:create'),
      body,
      status: 201,
    },
    [`GET ${at}/:ident`]: {
      answer: one,
      summary: `Show a ${noun}`,
      ...SINCE,
      access: onVolume(on, 'volume:get'),
      query: showQuery,
    },
    [`PATCH ${at}/:ident`]: {
      answer: one,
      summary: `Change fields of a ${noun}`,
      ...SINCE,
      access: onVolume(on, 'volume:update'),
      body: patchSchema,
    },
    [`DELETE ${at}/:ident`]: {
      summary: `Delete a ${noun}`,
      ...SINCE,
      access: onVolume(on, 'volume:delete'),
      status: 204,
    },
    [`GET /v1/nodes/:ident/volume/${on}s`]: {
      answer: many,
      summary: `The ${noun}s of a node`,
      ...SINCE,
      access: onNode('volume:get'),
      query: volumeListQuery,
    },
  };
}

const allocations: Catalog = {
  'GET /v1/allocations': {
    answer: allocationsAnswer,
    summary: 'List allocations',
    access: onList('allocation:list'),
    since: 52,
    query: allocationListQuery,
  },
  'POST /v1/allocations': {
    answer: allocationAnswer,
    summary: 'Ask for a node that fits',
    access: onList('allocation:create'),
    since: 52,
    body: allocationCreate,
    status: 201,
  },
  'GET /v1/allocations/:ident': {
    answer: allocationAnswer,
    summary: 'Show an allocation',
    access: onAllocation('allocation:get'),
    since: 52,
    query: showQuery,
  },
  'PATCH /v1/allocations/:ident': {
    answer: allocationAnswer,
    summary: 'Change name or extra of an allocation',
    access: onAllocation('allocation:update'),
    since: 57,
    body: patchSchema,
  },
  'DELETE /v1/allocations/:ident': {
    summary: 'Give the node back',
    access: onAllocation('allocation:delete'),
    since: 52,
    status: 204,
  },
  'GET /v1/nodes/:ident/allocation': {
    answer: allocationAnswer,
    summary: 'The allocation that holds a node',
    access: onNode('node:get'),
    since: 52,
    query: nodeAllocationQuery,
  },
  'DELETE /v1/nodes/:ident/allocation': {
    summary: 'Give the node back',
    access: onNode('node:get'),
    since: 52,
    status: 204,
  },
};

export const SITE: Catalog = {
  ...allocations,
  ...chassis,
  'GET /v1/volume': { summary: 'The kinds of volume resources', access: onList('volume:get'), since: 32 },
  'GET /v1/nodes/:ident/volume': {
    summary: 'The kinds of volume resources of a node',
    access: onNode('volume:get'),
    since: 32,
  },
  ...volumes('connector', connectorCreate),
  ...volumes('target', targetCreate),
};
