/** What hangs on a node: management, console, VIFs, vendor methods, virtual media. */
import { onNode } from '../access/route-access.ts';
import { consoleBody } from '../ironic/nodes/console.ts';
import { indicatorBody } from '../ironic/nodes/indicators.ts';
import { bootDeviceBody, bootModeBody, secureBootBody } from '../ironic/nodes/management.ts';
import { vifBody } from '../ironic/nodes/node-extras.ts';
import { raidBody } from '../ironic/nodes/raid.ts';
import { PASSTHRU_METHODS } from '../ironic/nodes/vendor.ts';
import type { Catalog } from './operation.ts';
import {
  bootDeviceAnswer,
  bootDevicesAnswer,
  consoleAnswer,
  indicatorAnswer,
  indicatorsAnswer,
  vendorMethodsAnswer,
} from './part-answers.ts';

const PASSTHRU: Catalog = Object.fromEntries(
  PASSTHRU_METHODS.flatMap((method) => [
    [
      `${method} /v1/nodes/:ident/vendor_passthru`,
      { summary: 'A method of the vendor, named in the query', access: onNode('node:vendor_passthru') },
    ],
    [
      `${method} /v1/nodes/:ident/vendor_passthru/:part`,
      { summary: 'A method of the vendor', access: onNode('node:vendor_passthru') },
    ],
  ]),
);

export const NODE_PARTS: Catalog = {
  'GET /v1/nodes/:ident/management/boot_device': {
    answer: bootDeviceAnswer,
    summary: 'What the BMC boots from instead of the usual',
    access: onNode('node:get_boot_device'),
  },
  'GET /v1/nodes/:ident/management/boot_device/supported': {
    answer: bootDevicesAnswer,
    summary: 'What a node can boot from',
    access: onNode('node:get_boot_device'),
  },
  'PUT /v1/nodes/:ident/management/boot_device': {
    summary: 'Boot from a device, once or from now on',
    access: onNode('node:set_boot_device'),
    body: bootDeviceBody,
    status: 204,
  },
  'PUT /v1/nodes/:ident/management/inject_nmi': {
    summary: 'Inject a non-maskable interrupt',
    access: onNode('node:inject_nmi'),
    since: 29,
    status: 204,
  },
  'GET /v1/nodes/:ident/management/indicators': {
    answer: indicatorsAnswer,
    summary: 'Lamps of the machine: only pretended hardware has some',
    access: onNode('node:get_indicator_state'),
  },
  'GET /v1/nodes/:ident/management/indicators/:part': {
    answer: indicatorAnswer,
    summary: 'Whether a lamp is on; it is named as led@system',
    access: onNode('node:get_indicator_state'),
  },
  'PUT /v1/nodes/:ident/management/indicators/:part': {
    summary: 'Switch a lamp: no driver does',
    access: onNode('node:set_indicator_state'),
    body: indicatorBody,
  },
  'PUT /v1/nodes/:ident/states/boot_mode': {
    summary: 'Refused: a boot mode is asked for by a capability',
    access: onNode('node:set_boot_mode'),
    since: 76,
    body: bootModeBody,
  },
  'PUT /v1/nodes/:ident/states/secure_boot': {
    summary: 'Switch Secure Boot',
    access: onNode('node:set_secure_boot'),
    since: 76,
    body: secureBootBody,
    status: 202,
  },
  'GET /v1/nodes/:ident/states/console': {
    answer: consoleAnswer,
    summary: 'The console of a node',
    access: onNode('node:get_console'),
  },
  'PUT /v1/nodes/:ident/states/console': {
    summary: 'Switch the console: only pretended hardware has one',
    access: onNode('node:set_console_state'),
    body: consoleBody,
    status: 202,
  },
  'PUT /v1/nodes/:ident/states/raid': {
    summary:
      'Say which RAID volumes a node shall have: only pretended hardware takes that, others only that there be none',
    access: onNode('node:set_raid_state'),
    since: 12,
    body: raidBody,
    status: 204,
  },
  'POST /v1/nodes/:ident/vifs': {
    summary: 'Attach a VIF: network interface noop takes it and keeps nothing',
    access: onNode('node:vif:attach'),
    since: 28,
    body: vifBody,
    status: 204,
  },
  'DELETE /v1/nodes/:ident/vifs/:part': {
    summary: 'Detach a VIF',
    access: onNode('node:vif:detach'),
    since: 28,
    status: 204,
  },
  'GET /v1/nodes/:ident/bios/:part': {
    summary: 'One BIOS setting',
    access: onNode('node:bios:get'),
    since: 40,
  },
  'GET /v1/nodes/:ident/vendor_passthru/methods': {
    answer: vendorMethodsAnswer,
    summary: "The vendor's methods: only pretended hardware has some",
    access: onNode('node:vendor_passthru'),
  },
  'GET /v1/nodes/:ident/vmedia': {
    summary: 'Virtual media: no driver has them yet',
    access: onNode('node:vmedia:get'),
    since: 93,
  },
  'POST /v1/nodes/:ident/vmedia': {
    summary: 'Attach virtual media: no driver has them yet',
    access: onNode('node:vmedia:attach'),
    since: 89,
  },
  'DELETE /v1/nodes/:ident/vmedia': {
    summary: 'Detach virtual media: no driver has them yet',
    access: onNode('node:vmedia:detach'),
    since: 89,
  },
  ...PASSTHRU,
};
