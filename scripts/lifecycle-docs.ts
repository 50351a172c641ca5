/** Writes `docs/lifecycle.md` from the provision graph (`npm run docs`); a test compares the two. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { STATES } from '../src/lifecycle/graph.ts';
import { EDGES, type Edge } from '../src/lifecycle/graph-edges.ts';
import { allowedIn, VERB_FACTS } from '../src/lifecycle/verbs.ts';
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
    'Made by `npm run docs` from [graph-edges.ts](../src/lifecycle/graph-edges.ts): change it there.',
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
    'A time limit bounds each step taken in that state which names none of its own (`timeouts` in the configuration).',
    '',
    '## Verbs',
    '',
    '| verb | accepted in | in maintenance | refused for nodes that are |',
    '|---|---|---|---|',
    ...VERBS.map(verbRow),
    '',
    '## Every edge, and why it is there',
    '',
    '| from | event | to | by | because |',
    '|---|---|---|---|---|',
    ...EDGES.map(({ from, event, to, by, because }) => `| ${from} | ${event} | ${to} | ${by} | ${because} |`),
    '',
  ].join('\n');
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
  const { inMaintenance, unless = '' } = VERB_FACTS[verb];
  return `| ${verb} | ${allowedIn(verb).join(', ')} | ${inMaintenance ? 'yes' : 'refused'} | ${unless} |`;
}

if (import.meta.main) await writeFile(LIFECYCLE_PAGE, lifecyclePage());
