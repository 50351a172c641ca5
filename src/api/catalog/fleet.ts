/** Ironic's other resources: ports, drivers, conductors, shards. */
import { onList, onNamedNode, onPort, onPortgroup, onSite } from '../access/route-access.ts';
import { driverListQuery, driverShowQuery } from '../ironic/drivers.ts';
import { conductorListQuery, conductorShowQuery } from '../ironic/fleet.ts';
import { showQuery } from '../ironic/listing.ts';
import { patchSchema } from '../schemas/patch.ts';
import { portCreateBody, portListQuery } from '../schemas/port.ts';
import { portgroupCreate, portgroupListQuery } from '../schemas/portgroup.ts';
import {
  conductorAnswer,
  conductorsAnswer,
  portAnswer,
  portgroupAnswer,
  portgroupsAnswer,
  portsAnswer,
  shardsAnswer,
} from './answers.ts';
import type { Catalog } from './operation.ts';

export const FLEET: Catalog = {
  'GET /v1/ports': {
    answer: portsAnswer,
    summary: 'List ports',
    access: onList('port:list'),
    query: portListQuery,
  },
  'GET /v1/ports/detail': {
    answer: portsAnswer,
    summary: 'List ports with all their fields',
    access: onList('port:list'),
    query: portListQuery,
  },
  'POST /v1/ports': {
    answer: portAnswer,
    summary: 'Add a port to a node',
    access: onNamedNode('port:create'),
    body: portCreateBody,
    status: 201,
  },
  'GET /v1/ports/:ident': {
    answer: portAnswer,
    summary: 'Show a port',
    access: onPort('port:get'),
    query: showQuery,
  },
  'PATCH /v1/ports/:ident': {
    answer: portAnswer,
    summary: 'Change fields of a port',
    access: onPort('port:update'),
    body: patchSchema,
  },
  'DELETE /v1/ports/:ident': { summary: 'Delete a port', access: onPort('port:delete'), status: 204 },
  'GET /v1/portgroups': {
    answer: portgroupsAnswer,
    summary: 'List portgroups',
    access: onList('port:list'),
    since: 23,
    query: portgroupListQuery,
  },
  'GET /v1/portgroups/detail': {
    answer: portgroupsAnswer,
    summary: 'List portgroups with all their fields',
    access: onList('port:list'),
    since: 23,
    query: portgroupListQuery,
  },
  'POST /v1/portgroups': {
    answer: portgroupAnswer,
    summary: 'Add a portgroup to a node',
    access: onNamedNode('portgroup:create'),
    since: 23,
    body: portgroupCreate,
    status: 201,
  },
  'GET /v1/portgroups/:ident': {
    answer: portgroupAnswer,
    summary: 'Show a portgroup',
    access: onPortgroup('portgroup:get'),
    since: 23,
    query: showQuery,
  },
  'PATCH /v1/portgroups/:ident': {
    answer: portgroupAnswer,
    summary: 'Change fields of a portgroup',
    access: onPortgroup('portgroup:update'),
    since: 23,
    body: patchSchema,
  },
  'DELETE /v1/portgroups/:ident': {
    summary: 'Delete a portgroup',
    access: onPortgroup('portgroup:delete'),
    since: 23,
    status: 204,
  },
  'GET /v1/portgroups/:ident/ports': {
    answer: portsAnswer,
    summary: 'The ports of a portgroup',
    access: onPortgroup('portgroup:get'),
    since: 24,
    query: portListQuery,
  },
  'GET /v1/portgroups/:ident/ports/detail': {
    answer: portsAnswer,
    summary: 'The same with all fields',
    access: onPortgroup('portgroup:get'),
    since: 24,
    query: portListQuery,
  },
  'GET /v1/drivers': { summary: 'List drivers', access: onSite('driver:get'), query: driverListQuery },
  'GET /v1/drivers/:name': { summary: 'Show a driver', access: onSite('driver:get'), query: driverShowQuery },
  'GET /v1/drivers/:name/vendor_passthru/methods': {
    summary: 'Methods of a driver that need no node',
    access: onSite('driver:vendor_passthru'),
  },
  'GET /v1/drivers/:name/properties': {
    summary: 'What driver_info may hold',
    access: onSite('driver:get'),
  },
  'GET /v1/drivers/:name/raid/logical_disk_properties': {
    summary: 'What may be asked of a logical disk of a RAID',
    access: onSite('driver:get'),
    since: 12,
  },
  ...Object.fromEntries(
    ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'].map((method) => [
      `${method} /v1/drivers/:name/vendor_passthru`,
      { summary: 'A method of a driver that needs no node', access: onSite('driver:vendor_passthru') },
    ]),
  ),
  'GET /v1/conductors': {
    answer: conductorsAnswer,
    summary: 'List conductors',
    access: onSite('conductor:get'),
    since: 49,
    query: conductorListQuery,
  },
  'GET /v1/conductors/:hostname': {
    answer: conductorAnswer,
    summary: 'Show a conductor',
    access: onSite('conductor:get'),
    since: 49,
    query: conductorShowQuery,
  },
  'GET /v1/shards': {
    answer: shardsAnswer,
    summary: 'How many nodes each shard has',
    access: onSite('shards:get'),
    since: 82,
  },
};
