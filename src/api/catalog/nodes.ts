/** `/v1/nodes`. */
import { nodePatchPolicies } from '../access/patch-policies.ts';
import { onList, onNode } from '../access/route-access.ts';
import { firmwareQuery } from '../ironic/nodes/firmware.ts';
import { historyQuery } from '../ironic/nodes/history.ts';
import { traitsBody } from '../ironic/nodes/traits.ts';
import {
  maintenanceBody,
  nodeCreate,
  nodeListQuery,
  nodePatchQuery,
  nodeShowQuery,
} from '../schemas/node.ts';
import { patchSchema } from '../schemas/patch.ts';
import { portListQuery } from '../schemas/port.ts';
import { portgroupListQuery } from '../schemas/portgroup.ts';
import { powerBody, provisionBody } from '../schemas/provision.ts';
import { nodeAnswer, nodesAnswer, portgroupsAnswer, portsAnswer, traitsAnswer } from './answers.ts';
import type { Catalog } from './operation.ts';
import {
  childrenAnswer,
  historyAnswer,
  historyEntryAnswer,
  statesAnswer,
  validateAnswer,
  vifsAnswer,
} from './part-answers.ts';

export const NODES: Catalog = {
  'GET /v1/nodes': {
    answer: nodesAnswer,
    summary: 'List nodes',
    access: onList('node:list'),
    query: nodeListQuery,
  },
  'GET /v1/nodes/detail': {
    answer: nodesAnswer,
    summary: 'List nodes with all their fields',
    access: onList('node:list'),
    query: nodeListQuery,
  },
  'POST /v1/nodes': {
    answer: nodeAnswer,
    summary: 'Enroll a node',
    access: onList('node:create'),
    body: nodeCreate,
    status: 201,
  },
  'GET /v1/nodes/:ident': {
    answer: nodeAnswer,
    summary: 'Show a node',
    access: onNode('node:get'),
    query: nodeShowQuery,
  },
  'PATCH /v1/nodes/:ident': {
    answer: nodeAnswer,
    summary: 'Change fields of a node',
    access: { on: 'node', policies: nodePatchPolicies },
    query: nodePatchQuery,
    body: patchSchema,
  },
  'DELETE /v1/nodes/:ident': { summary: 'Delete a node', access: onNode('node:delete'), status: 204 },
  'GET /v1/nodes/:ident/validate': {
    answer: validateAnswer,
    summary: 'What each interface of a node misses',
    access: onNode('node:validate'),
  },
  'GET /v1/nodes/:ident/inventory': {
    summary: 'What the last inspection found',
    access: onNode('node:inventory:get'),
    since: 81,
  },
  'GET /v1/nodes/:ident/bios': {
    summary: 'BIOS settings',
    access: onNode('node:bios:get'),
    since: 40,
    query: firmwareQuery,
  },
  'GET /v1/nodes/:ident/firmware': {
    summary: 'Firmware components',
    access: onNode('node:firmware:get'),
    since: 86,
    query: firmwareQuery,
  },
  'GET /v1/nodes/:ident/vifs': {
    answer: vifsAnswer,
    summary: 'Attached VIFs',
    access: onNode('node:vif:list'),
    since: 28,
  },
  'GET /v1/nodes/:ident/children': {
    answer: childrenAnswer,
    summary: 'The parts of a node',
    access: onNode('node:get'),
    since: 83,
  },
  'GET /v1/nodes/:ident/ports': {
    answer: portsAnswer,
    summary: 'The ports of a node',
    access: onNode('port:list'),
    query: portListQuery,
  },
  'GET /v1/nodes/:ident/ports/detail': {
    answer: portsAnswer,
    summary: 'The same with all fields',
    access: onNode('port:list'),
    query: portListQuery,
  },
  'GET /v1/nodes/:ident/portgroups': {
    answer: portgroupsAnswer,
    summary: 'The portgroups of a node',
    access: onNode('portgroup:get'),
    since: 24,
    query: portgroupListQuery,
  },
  'GET /v1/nodes/:ident/portgroups/detail': {
    answer: portgroupsAnswer,
    summary: 'The same with all fields',
    access: onNode('portgroup:get'),
    since: 24,
    query: portgroupListQuery,
  },
  'GET /v1/nodes/:ident/states': {
    answer: statesAnswer,
    summary: 'Power and provision state of a node',
    access: onNode('node:get_states'),
  },
  'PUT /v1/nodes/:ident/states/provision': {
    summary: 'Ask for a verb: manage, inspect, provide, active, deleted, …',
    access: onNode('node:set_provision_state'),
    body: provisionBody,
    status: 202,
  },
  'PUT /v1/nodes/:ident/states/power': {
    summary: 'Ask for a power state',
    access: onNode('node:set_power_state'),
    body: powerBody,
    status: 202,
  },
  'PUT /v1/nodes/:ident/maintenance': {
    summary: 'Switch maintenance on',
    access: onNode('node:set_maintenance'),
    body: maintenanceBody,
    bodyOptional: true,
    status: 202,
  },
  'DELETE /v1/nodes/:ident/maintenance': {
    summary: 'Switch maintenance off',
    access: onNode('node:clear_maintenance'),
    status: 202,
  },
  'GET /v1/nodes/:ident/traits': {
    answer: traitsAnswer,
    summary: 'The traits of a node',
    access: onNode('node:traits:list'),
    since: 37,
  },
  'PUT /v1/nodes/:ident/traits': {
    summary: 'Replace all traits of a node',
    access: onNode('node:traits:set'),
    since: 37,
    body: traitsBody,
    status: 204,
  },
  'DELETE /v1/nodes/:ident/traits': {
    summary: 'Take all traits from a node',
    access: onNode('node:traits:delete'),
    since: 37,
    status: 204,
  },
  'PUT /v1/nodes/:ident/traits/:trait': {
    summary: 'Give a node a trait',
    access: onNode('node:traits:set'),
    since: 37,
    status: 204,
  },
  'DELETE /v1/nodes/:ident/traits/:trait': {
    summary: 'Take a trait from a node',
    access: onNode('node:traits:delete'),
    since: 37,
    status: 204,
  },
  'GET /v1/nodes/:ident/history': {
    answer: historyAnswer,
    summary: 'What happened to a node, in Ironic’s shape',
    access: onNode('node:history:get'),
    since: 78,
    query: historyQuery,
  },
  'GET /v1/nodes/:ident/history/detail': {
    answer: historyAnswer,
    summary: 'The same with all fields',
    access: onNode('node:history:get'),
    since: 78,
    query: historyQuery,
  },
  'GET /v1/nodes/:ident/history/:event': {
    answer: historyEntryAnswer,
    summary: 'One entry of the history',
    access: onNode('node:history:get'),
    since: 78,
  },
};
