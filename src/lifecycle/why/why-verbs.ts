/** What `why` tells of the verbs that an operator may ask for. Pure. */
import { waysOutOfHold } from '../../hold-words.ts';
import type { JobRecord } from '../../store/records/job.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import { VERBS } from '../../store/words.ts';
import { STATES } from '../graph/graph.ts';
import { acceptsVerb, commandOf, flagAgainst, type HinderingFlag, howToClear } from '../graph/verbs.ts';

const FLAGS: readonly (readonly [HinderingFlag, string])[] = [
  ['maintenance', 'in maintenance'],
  ['protected', 'protected'],
  ['retired', 'retired'],
];

/** What an operator may ask for now, and what else a flag of the node keeps from him. */
export function verbsSentence(node: NodeRecord): string {
  const verbs = VERBS.filter((verb) => acceptsVerb(node, verb));
  const withFlag = (flag: HinderingFlag | null): string =>
    verbs
      .filter((verb) => flagAgainst(node, verb) === flag)
      .map(commandOf)
      .join(', ');
  const free = withFlag(null);
  const kept = FLAGS.filter(([flag]) => withFlag(flag) !== '').map(
    ([flag, being]) =>
      ` While it is ${being} it is refused: ${withFlag(flag)}; this ends it: ${howToClear(node, flag)}.`,
  );
  return `${free === '' ? '' : ` You may ask for ${free}.`}${kept.join('')}`;
}

/** Of a node that waits for its operator; empty in other states, and while the job tidies up, which ends by itself. */
export function holdSentence(node: NodeRecord, { error }: Pick<JobRecord, 'error'>): string {
  const isHeld = STATES[node.provision_state].kind === 'hold' && error === null;
  return isHeld ? ` ${waysOutOfHold(node.name ?? node.uuid)}${verbsSentence(node)}` : '';
}
