/** Puts the lifecycle together: steps, engine, requests, call-backs and explanations over one store. */
import { nodeNotFound } from '../store/nodes.ts';
import type { NodeRecord } from '../store/records/node.ts';
import type { Queries } from '../store/store.ts';
import { connectAgent } from './agents/agent-client.ts';
import { createCallBacks } from './agents/call-backs.ts';
import { createAllocator } from './allocations/allocator.ts';
import type { LifecycleDeps } from './deps.ts';
import { createAdvance } from './engine/advance.ts';
import { createEngine } from './engine/engine.ts';
import type { Steps } from './engine/step.ts';
import type { Lifecycle } from './lifecycle.ts';
import { createManagement, refuseHeld } from './management.ts';
import { endingOf } from './plans/plans.ts';
import { acceptPower } from './power-request.ts';
import { createPowerSync } from './power-sync/power-sync.ts';
import { type Accepted, acceptVerb, edgeBeside } from './requests.ts';
import { createSteps } from './steps/catalog.ts';
import { explainSilence, explainWhy } from './why/why.ts';
import { gatherWhyFacts, type WhySource } from './why/why-facts.ts';

export function createLifecycle(deps: LifecycleDeps): Lifecycle {
  const { store, clock, site } = deps;
  const now = (): string => new Date(clock.now()).toISOString();
  const requestPower: Lifecycle['requestPower'] = (ident, target, asked = {}) =>
    accept(ident, (queries, node) => acceptPower(queries, node, { target, ...asked }));
  const steps: Steps = createSteps({
    ...deps,
    requestPower,
    connectAgent: deps.connectAgent ?? connectAgent,
  });
  const advance = createAdvance({ steps, endingOf, now });
  const whySource: WhySource = {
    store,
    clock,
    does: (step) => steps[step]?.does ?? step,
    bootProblem: (node) => site.bootProblem(node),
    bootWarnings: () => site.bootWarnings(),
    bootTimes: deps.timeouts.boot,
    timesOf: (job) => engine.timesOf(job),
  };
  const engine = createEngine({
    store,
    steps,
    advance,
    clock,
    log: deps.log,
    limits: deps.limits,
    timeouts: deps.timeouts,
    explain: async (node, job) => explainSilence(await gatherWhyFacts(whySource, node, job)),
    boundary: deps.hooks?.boundary,
  });

  const allocator = createAllocator({ store, clock, log: deps.log });
  const powerSync = createPowerSync({ ...deps, settings: deps.powerSync });

  const stopListening = store.onEvent(({ kind, node_uuid: uuid }) => {
    // A node in maintenance may be deleted under its job, whose step ends then at once.
    if (kind === 'node.deleted' && uuid !== null) engine.interrupt(uuid);
  });

  const held = new Set<string>();

  /** One transaction; the engine hears of it when it is on disk. */
  const accept = async (
    ident: string,
    judge: (queries: Queries, node: NodeRecord) => Promise<Accepted>,
  ): Promise<void> => {
    const accepted = await store.transaction(async (queries) => {
      const node = await queries.nodes.find(ident);
      if (node === null) throw nodeNotFound(ident);
      refuseHeld(held, node);
      return await judge(queries, node);
    });
    if (accepted.interrupted) engine.interrupt(accepted.nodeUuid);
    if (accepted.job !== null) engine.take(accepted.job);
    // What was accepted may be what a job waits for.
    else if (!accepted.interrupted) engine.nudge(accepted.nodeUuid);
  };

  return {
    refuseByState: async (node, asked) => {
      edgeBeside(await store.jobs.runningOf(node.uuid), node, asked);
    },
    requestVerb: (ident, request) =>
      accept(ident, (queries, node) => acceptVerb(queries, node, { request, tools: { advance, site, now } })),
    management: createManagement({ ...deps, held }),
    requestPower,
    why: async (ident) => {
      const node = await store.nodes.find(ident);
      if (node === null) throw nodeNotFound(ident);
      const job = (await store.jobs.runningOf(node.uuid)) ?? (await store.jobs.lastOf(node.uuid));
      return explainWhy(await gatherWhyFacts(whySource, node, job));
    },
    ...createCallBacks({
      store,
      secret: deps.secret,
      now,
      nudge: (nodeUuid) => engine.nudge(nodeUuid),
      site,
      elapsed: clock.elapsed,
    }),
    allocate: (uuid) => allocator.take(uuid),
    start: async () => {
      await engine.start();
      await allocator.start();
      powerSync.start();
    },
    stop: async () => {
      stopListening();
      await Promise.all([engine.stop(), allocator.stop(), powerSync.stop()]);
    },
  };
}
