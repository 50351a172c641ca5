// table of constants
import { type Justified, SENTENCE, STATUS_AND_SENTENCE } from './reason.ts';

const SHAPE = /^body\.error_message\.(code|title|description|fault\w+|debuginfo)$/;

/** Of port groups, chassis, volumes and allocations. */
export const OF_PARTS: readonly Justified[] = [
  {
    calls: ['portgroups: before 1.23'],
    at: SENTENCE,
    why: 'Ironic has three ways to say that a resource is newer; ingot one',
  },
  {
    calls: ['volumes: before 1.32', 'allocations: before 1.52', 'allocations: make before 1.52'],
    at: SHAPE,
    why: 'Ironic answers these in the shape of its routing errors; ingot has one shape for all errors of handlers',
  },
  {
    calls: /^(portgroups|chassis): /,
    at: 'body.next',
    why: "ingot's way to the next page repeats what was asked; Ironic's also what it filled in",
  },
  {
    calls: ['portgroups: all', 'chassis: all', 'volumes: all targets', 'allocations: all'],
    at: STATUS_AND_SENTENCE,
    why: 'a list has no such method: 405 with Allow',
  },
  {
    calls: ['portgroups: show at 1.25'],
    at: /^body\.(mode|properties)$/,
    why: 'a defect of Ironic 21.4: they came with 1.26, and it refuses them before, but shows them',
  },
  {
    calls: ['portgroups: no mode'],
    at: SENTENCE,
    why: 'Ironic has a sentence of its own for this one field that may not be removed; ingot one for all',
  },
  {
    calls: ['portgroups: no ports alone'],
    at: STATUS_AND_SENTENCE,
    why: 'a port that boots from the network would never boot again; of this only the networks of Neutron take care in Ironic',
  },
  {
    calls: ['portgroups: with a port'],
    at: STATUS_AND_SENTENCE,
    why: 'SQLite refuses it to Ironic, which then says 500; ingot says what it means to say',
  },
  {
    calls: /^chassis: /,
    at: /\.nodes\.\d(\.\d)?\.(href|rel)$/,
    why: 'a defect of Ironic 21.4: its links are a list within a list, which no client reads',
  },
  {
    calls: ['chassis: a description too long'],
    at: SENTENCE,
    why: 'Ironic repeats the value, and not the field',
  },
  {
    calls: ['chassis: the uuid', 'chassis: a field that is none'],
    at: SENTENCE,
    why: 'Ironic has a sentence of its own for this uuid, which it lists among what can be changed',
  },
  {
    calls: /^chassis: /,
    at: 'body.reservation',
    why: 'Ironic holds its lock while it answers a PATCH, and shows it; ingot needs none for a write of the store',
  },
  {
    calls: [
      'volumes: connector of no type',
      'volumes: connector without an id',
      'volumes: target without a boot index',
      'volumes: target of a boot index that is a word',
      'volumes: target without an id',
      'volumes: target without a type',
      'allocations: of traits that are none',
    ],
    at: SENTENCE,
    why: 'Ironic names the value and the type; ingot the field too',
  },
  {
    calls: ['volumes: target of a negative boot index'],
    at: STATUS_AND_SENTENCE,
    why: 'Ironic takes it, and has a volume that boots before the first',
  },
  {
    calls: [
      'volumes: a connector',
      'volumes: a connector again',
      'volumes: a target',
      'volumes: a target again',
    ],
    at: STATUS_AND_SENTENCE,
    why: 'a node that could itself be deleted may lose its volumes, whatever is known of its power',
  },
  {
    calls: ["allocations: the node's instance away when active"],
    at: SENTENCE,
    why: 'as in later versions, the sentence tells the state',
  },
  {
    calls: ['allocations: of nobody'],
    at: 'status',
    why: 'a node of the path that is not there is 404',
  },
];
