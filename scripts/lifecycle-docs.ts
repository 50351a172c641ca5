/**
 * Writes `docs/lifecycle.md` from the provision graph and the deploy frames (`npm run docs`); a test compares the two.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { STATES } from '../src/lifecycle/graph/graph.ts';
import { EDGES, type Edge } from '../src/lifecycle/graph/graph-edges.ts';
import { allowedIn, VERB_FACTS } from '../src/lifecycle/graph/verbs.ts';
import { type CoreStep, DEPLOY_FRAMES, type DeployFrame } from '../src/lifecycle/plans/deploy-frames.ts';
import { RAMDISK_ENDS, RAMDISK_STARTS } from '../src/lifecycle/plans/deploy-steps.ts';
import { PROVISION_STATES, type ProvisionState, VERBS } from '../src/store/words.ts';

export const LIFECYCLE_PAGE = join(import.meta.dirname, '../docs/lifecycle.md');

const KINDS = {
  stable: 'at rest: nothing happens until somebody asks',
  auto: 'ingot works on it',
  wait: 'ingot waits for the agent in the ramdisk',
  hold: 'ingot waits for an operator (`unhold`, or `abort`)',
  fail: 'a job ended badly: an operator decides',
} as const;

/** The whole page. Pure. */
export function lifecyclePage(): string {
  return [
    '# The life of a node: states and verbs',
    '',
    'Made by `npm run docs` from [graph-edges.ts](../src/lifecycle/graph/graph-edges.ts): change it there.',
    'Arrows in capitals are verbs that an operator asks for; the others ingot walks by itself.',
    '',
    '```mermaid',
    'stateDiagram-v2',
    ...PROVISION_STATES.map((state) => `  state "${state}" as ${id(state)}`),
    `  [*] --> ${id('enroll')}`,
    ...EDGES.map(arrow),
    '```',
    '',
    '## States',
    '',
    '| state | kind | heading for | time limit |',
    '|---|---|---|---|',
    ...PROVISION_STATES.map(stateRow),
    '',
    ...Object.entries(KINDS).map(([kind, meaning]) => `- **${kind}**: ${meaning}.`),
    '',
    'A time limit bounds each step taken in that state which names none of its own (`timeouts` in the configuration): when it',
    'is up, the step fails and the node takes the edge `fail`. A hold has none, by design: only an operator knows when it',
    'is over. A job that waits for its turn (`limits`) has none of its own either: those before it work on steps with',
    'limits, turns come in the order of asking, and a held node takes none.',
    '',
    '## Verbs',
    '',
    '| verb | accepted in | in maintenance | refused for nodes that are |',
    '|---|---|---|---|',
    ...VERBS.map(verbRow),
    '',
    '## Deploy steps',
    '',
    'By deploy interface, Ironic’s names and priorities beside the steps of ingot’s jobs; [steps.md](steps.md) tells how to add others.',
    '',
    '| deploy interface | step | priority | may be moved or left out | ingot’s steps |',
    '|---|---|---|---|---|',
    ...Object.entries(DEPLOY_FRAMES).flatMap(([name, frame]) => frameRows(name, frame)),
    '',
    '## Every edge, and why it is there',
    '',
    '| from | event | to | by | because |',
    '|---|---|---|---|---|',
    ...EDGES.map(({ from, event, to, by, because }) => `| ${from} | ${event} | ${to} | ${by} | ${because} |`),
    '',
  ].join('\n');
}

const MOVES: Readonly<Record<CoreStep['place'], string>> = {
  frame: 'no',
  ramdisk: `${RAMDISK_STARTS - 1} to ${RAMDISK_ENDS + 1}, or 0`,
  after: `below ${RAMDISK_ENDS}, or 0`,
};

function frameRows(name: string, { first, core }: DeployFrame): readonly string[] {
  const rows = core.map(({ step, priority, place, jobs }) => [
    `deploy.${step}`,
    String(priority),
    MOVES[place],
    jobs.join(', ') || '(nothing to do)',
  ]);
  const all = first.length === 0 ? rows : [['(before all others)', '', 'no', first.join(', ')], ...rows];
  return all.map((cells) => `| ${name} | ${cells.join(' | ')} |`);
}

const id = (state: ProvisionState): string => state.replaceAll(/[ -]/g, '_');

const arrow = ({ from, event, to, by }: Edge): string =>
  `  ${id(from)} --> ${id(to)}: ${by === 'operator' ? event.toUpperCase() : event}`;

function stateRow(state: ProvisionState): string {
  const facts = STATES[state];
  const target = facts.kind === 'stable' ? '' : facts.target;
  const limit = facts.kind === 'auto' || facts.kind === 'wait' ? `\`${facts.limit}\`` : '';
  return `| ${state} | ${facts.kind} | ${target} | ${limit} |`;
}

function verbRow(verb: (typeof VERBS)[number]): string {
  const { notInMaintenance, unless = '' } = VERB_FACTS[verb];
  return `| ${verb} | ${allowedIn(verb).join(', ')} | ${notInMaintenance === undefined ? 'yes' : 'refused'} | ${unless} |`;
}

if (import.meta.main) await writeFile(LIFECYCLE_PAGE, lifecyclePage());
