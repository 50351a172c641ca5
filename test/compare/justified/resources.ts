// table of constants
import { type Justified, SENTENCE, STATUS_AND_SENTENCE } from './reason.ts';

/** Of any answer, and of nodes, ports and drivers. */
export const OF_RESOURCES: readonly Justified[] = [
  {
    calls: 'all',
    at: /^body\.error_message\.(code|hint)$/,
    why: 'ingot adds its own error code and what to do next; clients of Ironic read faultstring only',
  },
  {
    calls: 'all',
    at: /\.driver_internal_info(\.ingot\.\w+)?$/,
    why: "what only ingot knows of a node's boot has its own name there; it is for ingot's own console and command",
  },
  {
    calls: 'all',
    at: /^headers\.(x-openstack-ironic-api-(minimum-)?version|openstack-request-id)$/,
    why: 'ingot puts them on every answer, also of errors of routing, where Ironic forgets them',
  },
  {
    calls: /^versions: (the root|v1)/,
    at: /^body\.(version|default_version|versions\.0)\.version$|^body\.description$/,
    why: 'ingot speaks newer versions, and is another program',
  },
  {
    calls: /^versions: v1/,
    at: /^body\.events\./,
    why: 'only what is served is listed, and ingot has no events of Neutron to take',
  },
  {
    calls: ['nodes: show a name with a space'],
    at: /^body\.error_message\.(code|title|description|fault\w+|debuginfo)$/,
    why: 'Ironic answers this one 400 in the shape of its routing errors; ingot has one shape for all errors of handlers',
  },
  {
    calls: ['nodes: the ports of a node', 'nodes: the ports of nobody'],
    at: STATUS_AND_SENTENCE,
    why: "a defect of Ironic 21.4: it looks for a port group instead (the path is in Ironic's documentation, and later versions serve it)",
  },
  {
    calls: [
      'nodes: an extra that is no object',
      'nodes: a driver_info that is a list',
      'nodes: a description too long',
      'nodes: a resource class too long',
      'nodes: network data that is none',
      'nodes: a list',
      'nodes: a string',
      'patch: an object by a text',
      'patch: a description too long',
      'patch: a path without a slash',
      'patch: an empty path',
      'patch: no value',
      'patch: no op',
      'patch: move',
      'patch: test',
      'patch: an op that is none',
      'patch: no list',
      'patch: nothing',
      'ports: a link without a switch',
      'ports: a link with a word that is none',
      'ports: a link of a number',
      'ports: a link of a switch that is none',
      'ports: a link of a kind of network that is none',
      'ports: a managed link of no switch',
      'ports: a link of a host alone',
      'ports: a link that is a list',
      'parts: a trait with a body',
      'parts: a trait that is none',
      'parts: traits that are none',
      'parts: traits with an unknown field',
    ],
    at: SENTENCE,
    why: 'Ironic repeats the value, which may be a secret or megabytes, and not the field; ingot names the field (or the operation) and keeps the value to itself',
  },
  {
    calls: [
      'patch: replace a key that is not there',
      'patch: add below a key that is not there',
      'patch: beyond a list',
    ],
    at: SENTENCE,
    why: 'the value is left out of the sentence: it may be a password',
  },
  {
    calls: ['nodes: an interface that is not there'],
    at: SENTENCE,
    why: "Ironic lists the interfaces that are enabled for any driver; ingot those that this node's driver has",
  },
  {
    calls: ['nodes: no JSON', 'nodes: null', 'nodes: another media type'],
    at: STATUS_AND_SENTENCE,
    why: 'malformed input is the client’s mistake: 400, where Ironic says 500 with words of its implementation',
  },
  {
    calls: ['nodes: all nodes', 'patch: all', 'ports: all ports'],
    at: STATUS_AND_SENTENCE,
    why: 'a list has no such method: 405 with Allow',
  },
  {
    calls: ['nodes: a method that is not there', 'nodes: a method that the list has not'],
    at: 'headers.allow',
    why: 'Ironic names the methods of all that begins alike; ingot those of this very path, with HEAD',
  },
  {
    calls: ['nodes: a part that is not there', 'nodes: a part of a part that is not there'],
    at: STATUS_AND_SENTENCE,
    why: 'a path that is not there is 404; Ironic takes its last word for a field, or falls over its own arguments',
  },
  {
    calls: /^(patch|json suffix): /,
    at: 'body.reservation',
    why: 'Ironic holds its lock while it answers a PATCH, and shows it; ingot needs none for a write of the store',
  },
  {
    calls: ['patch: maintenance taken out', 'patch: no automated_clean'],
    at: STATUS_AND_SENTENCE,
    why: 'Ironic fails with 500 on removing these; ingot empties them',
  },
  {
    calls: ['patch: another driver'],
    at: SENTENCE,
    why: "the interface's name, where Ironic prints the address of an object",
  },
  {
    calls: ['patch: another driver with all interfaces anew'],
    at: /^body\.(inspect|rescue)_interface$/,
    why: 'inspection by agent came into Ironic after 21.4, and rescue by agent is off there by its default',
  },
  {
    calls: ['patch: network data that is none'],
    at: SENTENCE,
    why: 'the first of the lists that is missing or none, without the blank at the end',
  },
  {
    calls: ['lists: fields=bogus'],
    at: STATUS_AND_SENTENCE,
    why: 'malformed input is the client’s mistake: 400, where Ironic says 500 with words of its implementation',
  },
  {
    calls: /^(lists|ports): /,
    at: 'body.next',
    why: "ingot's way to the next page keeps the filters of this one; Ironic's loses them, and then lists other things",
  },
  {
    calls: [
      'lists: provision_state=enroll at 1.8',
      'drivers: all in detail before 1.30',
      'ports: shard=east at 1.81',
    ],
    at: SENTENCE,
    why: 'Ironic names the version that is needed for some arguments and not for others; ingot has it in the hint where not here',
  },
  {
    calls: ['lists: fault=x'],
    at: SENTENCE,
    why: 'service failure is a fault since 1.87',
  },
  {
    calls: ['lists: description_contains=Cell%25'],
    at: /^body\.nodes/,
    why: 'a percent sign is a character, and no wildcard',
  },
  {
    calls: [
      'lists: shards before 1.82',
      'parts: vifs before 1.28',
      'parts: bios before 1.40',
      'parts: inventory before 1.81',
      'parts: history',
    ],
    at: /^body\.error_message\.(code|title|description|fault\w+|debuginfo)$/,
    why: 'what a version does not know yet is answered 404 in the shape of all errors of handlers, for each resource alike',
  },
  {
    calls: ['drivers: all in detail', 'drivers: one'],
    at: /\.?enabled_\w+_interfaces\.\d$/,
    why: 'ingot puts the default first, Ironic has an order that changes; and Ironic counts among the interfaces of a driver what others enabled',
  },
  {
    calls: ['drivers: all in detail'],
    at: /default_(rescue|inspect)_interface$/,
    why: 'inspection by agent came into Ironic after 21.4, and rescue by agent is off there by its default',
  },
  {
    calls: ['drivers: properties', 'drivers: properties of none'],
    at: /^body/,
    why: 'pretended hardware needs no properties; and a driver that is not there has one sentence everywhere',
  },
  {
    calls: ['drivers: disks of raids'],
    at: /^body\.\w+$/,
    why: 'the same properties, described in other words',
  },
  {
    calls: ['parts: raid of a level that is none'],
    at: SENTENCE,
    why: 'our sentence names the disk, and the value last',
  },
  {
    calls: ['parts: vendor methods of a node without'],
    at: /^body/,
    why: 'Ironic remembers by driver what the first node has that is asked; this node has vendor_interface no-vendor',
  },
  {
    calls: [
      'drivers: conductors before 1.49',
      'parts: nmi before 1.29',
      'parts: boot mode before 1.76',
      'parts: secure boot before 1.76',
    ],
    at: SENTENCE,
    why: 'Ironic has three ways to say that a resource is newer; ingot one',
  },
  {
    calls: ['ports: is_smartnic away'],
    at: 'body.is_smartnic',
    why: 'a NIC is smart or is not: what is taken away is false, as in a new port, and not null',
  },
  {
    calls: ['ports: show a word'],
    at: STATUS_AND_SENTENCE,
    why: 'a word may be the name of a port (1.88), so that it is not there is 404 in every version',
  },
  {
    calls: ['parts: inventory before any'],
    at: SENTENCE,
    why: "the node's uuid, where Ironic shows the number of a row",
  },
  {
    calls: ['deploy templates: before 1.55', 'deploy templates: make before 1.55'],
    at: /^body\.error_message\.(code|title|description|fault\w+|debuginfo)$/,
    why: 'Ironic answers these in the shape of its routing errors; ingot has one shape for all errors of handlers',
  },
  {
    calls: [
      'deploy templates: a name that is no trait',
      'deploy templates: no steps',
      'deploy templates: no steps any more',
      'deploy templates: a step of no interface',
      'deploy templates: a negative priority',
    ],
    at: SENTENCE,
    why: 'ingot names the field and the step; it has the interfaces of later versions too',
  },
  {
    calls: ['deploy templates: its uuid'],
    at: SENTENCE,
    why: 'Ironic 21.4 takes a description of a template and does not keep it; ingot has none',
  },
  {
    calls: ['deploy templates: a trait that the node lacks', 'deploy templates: a core step of its template'],
    at: SENTENCE,
    why: 'ingot says what is wrong without the frame of sentences around it; and it cannot leave its ramdisk out',
  },
  {
    calls: ['deploy templates: an unknown deploy step'],
    at: STATUS_AND_SENTENCE,
    why: 'Ironic leaves out a step that nobody can do, and deploys without it; ingot refuses what it would not do',
  },
];
