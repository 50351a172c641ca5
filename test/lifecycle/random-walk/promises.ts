/** What must hold at the end of a walk, read from the node's history and from what the machine was told. */
import { expect } from 'vitest';
import { edgeFrom } from '../../../src/lifecycle/graph/graph.ts';
import { GRAPH_EVENTS } from '../../../src/lifecycle/graph/graph-edges.ts';
import type { EventRecord } from '../../../src/store/records/event.ts';
import { PROVISION_STATES, type ProvisionState } from '../../../src/store/words.ts';
import type { Machine } from '../fakes/machine.ts';

/** Each change of state begins where the one before it has ended, and is an edge of the graph. */
export function expectWalkOnGraph(events: readonly EventRecord[], from: ProvisionState): void {
  let state: EventRecord['data'][string] = from;
  for (const { kind, data } of events) {
    if (kind === 'node.deleted') state = 'enroll';
    if (kind !== 'state.changed') continue;
    const { from, event, to } = data;
    expect(from).toBe(state);
    const known = GRAPH_EVENTS.find((one) => one === event);
    const start = PROVISION_STATES.find((one) => one === from);
    const edge = known === undefined || start === undefined ? null : edgeFrom(start, known);
    expect({ from, event, to: edge?.to ?? null }).toEqual({ from, event, to });
    state = to ?? null;
  }
}

/** What the agent is ordered to do once, by the steps that order it. */
export const ONCE: Readonly<Record<string, readonly string[]>> = {
  execute_deploy_step: ['write-image', 'deploy-step'],
  execute_clean_step: ['clean-step'],
  execute_service_step: ['service-step'],
  install_bootloader: ['install-bootloader'],
  finalize_rescue: ['finalize-rescue'],
};

/** Returns how often each was ordered. */
export function expectNothingTwice(
  machine: Machine,
  events: readonly EventRecord[],
): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(ONCE).map(([order, steps]) => {
      const places = placesOf(events, steps);
      const given = machine.history.filter((one) => one === order).length;
      expect(given, `${order}: orders given for ${places.size} steps begun`).toBeLessThanOrEqual(places.size);
      return [order, given];
    }),
  );
}

/** How a call of a step stands in a machine's history. */
export function callOf(job: number | string, step: string): string {
  return `call ${step} of ${job}`;
}

/**
 * A step that restarts a machine cuts the system that runs there once; once more where an answer was never heard and
 * the BMC does not tell of restarts (`again`).
 */
export function expectFewRestarts(machine: Machine, events: readonly EventRecord[], again: boolean): void {
  const begun = events.filter(({ kind }) => kind === 'job.step_started');
  const calls = new Map<string, Set<string>>();
  for (const { data } of begun) {
    const call = callOf(String(data.job), String(data.step));
    calls.set(call, (calls.get(call) ?? new Set()).add(String(data.number)));
  }
  const cuts = new Map<string, number>();
  for (const at of machine.systemsCut) {
    const call = machine.history.slice(0, at).findLast((one) => calls.has(one)) ?? 'no step';
    cuts.set(call, (cuts.get(call) ?? 0) + 1);
  }
  for (const [call, times] of cuts) {
    const allowed = (calls.get(call)?.size ?? 0) * (again ? 2 : 1);
    expect(times, `systems cut by "${call}"`).toBeLessThanOrEqual(allowed);
  }
}

/** Where in which job these steps were begun. */
function placesOf(events: readonly EventRecord[], steps: readonly string[]): ReadonlySet<string> {
  const begun = events.filter(
    ({ kind, data }) => kind === 'job.step_started' && steps.includes(String(data.step)),
  );
  return new Set(begun.map(({ data }) => `${String(data.job)} ${String(data.number)}`));
}
