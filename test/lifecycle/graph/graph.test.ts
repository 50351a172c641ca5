import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AGENT_STATES,
  edgeFrom,
  HEARTBEAT_STATES,
  isTransient,
  next,
  STATES,
  targetOf,
} from '../../../src/lifecycle/graph/graph.ts';
import { EDGES, GRAPH_EVENTS } from '../../../src/lifecycle/graph/graph-edges.ts';
import { PROVISION_STATES, type ProvisionState } from '../../../src/store/words.ts';

const statesOfKind = (...kinds: readonly string[]) =>
  PROVISION_STATES.filter((state) => kinds.includes(STATES[state].kind));

describe('the provision graph', () => {
  it('has one edge at most for a state and an event, each with its reason', () => {
    const names = EDGES.map((edge) => `${edge.from} ${edge.event}`);
    expect(new Set(names).size).toBe(names.length);
    expect(EDGES.filter((edge) => !/^[A-Z].*\.$/.test(edge.because))).toEqual([]);
  });

  it('is never left by any walk, however wild', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PROVISION_STATES),
        fc.array(fc.constantFrom(...GRAPH_EVENTS)),
        (from, walk) => {
          const end = walk.reduce((state, event) => next(state, event) ?? state, from);
          expect(PROVISION_STATES).toContain(end);
        },
      ),
    );
  });

  it.each(statesOfKind('auto', 'wait'))(
    'gives "%s" a time limit, a way to fail and a stable target',
    (state) => {
      const facts = STATES[state];
      expect(facts).toHaveProperty('limit');
      expect(next(state, 'fail')).not.toBeNull();
      expect(STATES[targetOf(state) ?? state].kind).toBe('stable');
    },
  );

  it.each(statesOfKind('wait'))('lets "%s" resume to where it came from', (state) => {
    const work = next(state, 'resume');
    expect(work === null ? null : next(work, 'wait')).toBe(state);
  });

  it.each(statesOfKind('fail', 'hold', 'stable'))('gives an operator a way out of "%s"', (state) => {
    expect(EDGES.some((edge) => edge.from === state && edge.by === 'operator')).toBe(true);
  });

  it.each(PROVISION_STATES.filter(isTransient))('leads from "%s" to rest when all goes well', (state) => {
    const steps = ['clean', 'resume', 'done'] as const;
    const end = steps.reduce((at, event) => next(at, event) ?? at, state);
    expect(STATES[end].kind).toBe('stable');
  });

  it('reaches every state from enroll', () => {
    const reached = new Set<ProvisionState>(['enroll']);
    for (const _ of PROVISION_STATES) {
      for (const edge of EDGES) if (reached.has(edge.from)) reached.add(edge.to);
    }
    expect([...reached].sort()).toEqual([...PROVISION_STATES].sort());
  });

  it('takes agents’ look-ups where a ramdisk may run, and nowhere else', () => {
    expect([...AGENT_STATES].sort()).toEqual(
      [
        'deploying',
        'wait call-back',
        'cleaning',
        'clean wait',
        'inspecting',
        'inspect wait',
        'rescuing',
        'rescue wait',
        'servicing',
        'service wait',
      ].sort(),
    );
  });

  it('takes heartbeats there and in holds', () => {
    expect([...HEARTBEAT_STATES].sort()).toEqual(
      [...AGENT_STATES, 'clean hold', 'deploy hold', 'service hold'].sort(),
    );
  });

  it('tells an operator’s edge from ingot’s own', () => {
    expect(edgeFrom('available', 'deploy')?.by).toBe('operator');
    expect(edgeFrom('deleting', 'clean')?.by).toBe('ingot');
    expect(edgeFrom('enroll', 'deploy')).toBeNull();
  });
});
