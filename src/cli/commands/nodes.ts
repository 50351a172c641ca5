/** `ingot node list`, `show`, `why`, `delete`. */
import { PROVISION_STATES } from '../../store/words.ts';
import type { JobAnswer, NodeAnswer, PortAnswer } from '../answers.ts';
import { text, usage } from '../arguments.ts';
import { type Command, nameOf, printJson } from '../command.ts';
import { EXIT } from '../io.ts';
import { progressLine } from '../progress.ts';
import { formatFacts, formatTable, formatValue } from '../table.ts';
import { label } from '../wait.ts';

const REMARK_CHARACTERS = 80;
const STATES: readonly string[] = PROVISION_STATES;

export const list: Command = {
  usage: 'ingot node list [--state STATE]',
  summary: 'Lists all nodes, also those that are parts of others.',
  options: { state: { type: 'string' } },
  least: 0,
  most: 0,
  async run({ client, io, json, values, ...call }) {
    const state = text(values, 'state');
    if (state !== null && !STATES.includes(state))
      throw usage(`There is no state "${state}"; there are ${STATES.join(', ')}`, call.usage);
    const nodes = await client.nodes.list(state === null ? {} : { provision_state: state });
    if (json) {
      printJson(io, { nodes });
      return EXIT.ok;
    }
    const jobs = new Map((await client.jobs()).map((job) => [job.node_uuid, job]));
    const rows = nodes.map((node) => [
      node.name ?? '-',
      node.uuid,
      node.provision_state,
      node.power_state ?? '-',
      remark(node, jobs.get(node.uuid)),
    ]);
    io.out(formatTable(['name', 'uuid', 'state', 'power', 'now'], rows) || 'No nodes.\n');
    return EXIT.ok;
  },
};

function remark(node: NodeAnswer, job: JobAnswer | undefined): string {
  const working = job === undefined ? '' : progressLine(node, job).replace(/^[^:]*: /, '');
  const trouble = node.driver_internal_info.ingot?.bmc_trouble;
  const words = [
    node.maintenance ? 'maintenance' : '',
    trouble == null ? '' : `BMC: ${trouble.kind}`,
    working,
    job === undefined ? firstSentence(node.last_error ?? '') : '',
  ];
  return cut(words.filter((word) => word !== '').join('; '));
}

function firstSentence(text: string): string {
  return text.split(/(?<=[.!?])\s|\n/, 1)[0] ?? '';
}

/** One line of a table; `show` and `why` tell the rest. */
function cut(text: string): string {
  return text.length <= REMARK_CHARACTERS ? text : `${text.slice(0, REMARK_CHARACTERS - 1).trimEnd()}…`;
}

export const show: Command = {
  usage: 'ingot node show NAME',
  summary: 'Shows one node: its states, its BMC, its ports, and what its OS reported.',
  options: {},
  least: 1,
  most: 1,
  async run(call) {
    const { client, io, json } = call;
    const node = await client.nodes.get(nameOf(call));
    const [ports, job] = await Promise.all([client.nodes.ports(node.uuid), client.nodes.job(node.uuid)]);
    if (json) printJson(io, { node, ports, job });
    else io.out(formatFacts(facts(node, ports, job)));
    return EXIT.ok;
  },
};

/** What most nodes do not have. */
const WHERE_SET = [
  ['resource class', 'resource_class'],
  ['owner', 'owner'],
  ['lessee', 'lessee'],
  ['part of', 'parent_node'],
] as const;

function facts(
  node: NodeAnswer,
  ports: readonly PortAnswer[],
  job: JobAnswer | null,
): readonly (readonly [string, string])[] {
  const { ingot } = node.driver_internal_info;
  const { lcm = null, bmc_trouble = null } = ingot ?? {};
  // A lessee is not told.
  const calm = ingot === undefined ? '-' : 'no trouble known';
  return [
    ['name', node.name ?? '-'],
    ['uuid', node.uuid],
    [
      'state',
      node.provision_state +
        (node.target_provision_state === null ? '' : ` (to ${node.target_provision_state})`),
    ],
    ...(job?.status === 'running' ? ([['job', `${job.verb}: ${progressLine(node, job)}`]] as const) : []),
    [
      'power',
      `${node.power_state ?? 'unknown'}${node.disable_power_off === true ? ', never switched off' : ''}`,
    ],
    [
      'BMC',
      bmc_trouble === null ? calm : `${bmc_trouble.kind} since ${bmc_trouble.since}: ${bmc_trouble.message}`,
    ],
    ['maintenance', node.maintenance ? (node.maintenance_reason ?? 'yes, nobody said why') : 'no'],
    ['last error', node.last_error ?? '-'],
    ['driver', node.driver],
    ...WHERE_SET.flatMap(([name, field]) => (node[field] == null ? [] : [[name, node[field]] as const])),
    ...flat('driver_info', node.driver_info),
    ...flat('properties', node.properties),
    ...flat('instance_info', node.instance_info),
    ...ports.map((port) => ['port', portText(port)] as const),
    ['OS report', lcm === null ? '-' : JSON.stringify(lcm)],
  ];
}

/** With the switch port, where a relay told it. */
function portText({ address, pxe_enabled, physical_network, internal_info }: PortAnswer): string {
  const place = Object.entries(internal_info?.dhcp ?? {}).filter(([, value]) => value !== null);
  return [
    address,
    ...(pxe_enabled ? ['boots'] : []),
    ...(physical_network === null ? [] : [physical_network]),
    ...place.map(([name, value]) => `${name.replace('_', ' ')} ${value}`),
  ].join(', ');
}

function flat(
  name: string,
  object: Readonly<Record<string, unknown>>,
): readonly (readonly [string, string])[] {
  return Object.entries(object).map(([key, value]) => [`${name}/${key}`, formatValue(value)]);
}

export const why: Command = {
  usage: 'ingot node why NAME',
  summary: 'Says where the node is, since when, what it waits for, what was last seen and what to check.',
  options: {},
  least: 1,
  most: 1,
  async run(call) {
    const answer = await call.client.nodes.why(nameOf(call));
    if (call.json) printJson(call.io, answer);
    else call.io.out(`${answer.text}\n`);
    return EXIT.ok;
  },
};

export const remove: Command = {
  usage: 'ingot node delete NAME',
  summary: 'Forgets a node with its ports. The machine itself stays as it is.',
  options: {},
  least: 1,
  most: 1,
  async run(call) {
    const node = await call.client.nodes.get(nameOf(call));
    await call.client.nodes.delete(node.uuid);
    if (call.json) printJson(call.io, { deleted: node.uuid });
    else call.io.out(`${label(node)} is deleted.\n`);
    return EXIT.ok;
  },
};
