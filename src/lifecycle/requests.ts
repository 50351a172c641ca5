/** What operators ask for: judged by the graph, then written as a job (or a plain move) in one transaction. */
import { IngotError } from '../errors.ts';
import type { JobRecord } from '../store/records/job.ts';
import type { NodeRecord } from '../store/records/node.ts';
import type { DeployStep } from '../store/records/step-list.ts';
import type { NodePatch, Queries } from '../store/store.ts';
import type { Verb } from '../store/words.ts';
import { abortJob, refuseAbortInMaintenance, refuseToCut, wayBack } from './abort.ts';
import { configDriveGiven, withConfigDrive } from './deploy/config-drive-request.ts';
import { withDeployment } from './deploy/deployment.ts';
import { checkInstanceInfo } from './deploy/instance-info.ts';
import type { Advance } from './engine/advance.ts';
import { STATES } from './graph/graph.ts';
import type { Edge } from './graph/graph-edges.ts';
import { refuseUnbootable, refuseWithoutMeans } from './graph/means.ts';
import { moveNode } from './graph/move-node.ts';
import { acceptsVerb, edgeForVerb, lockedBy, refuseByFlags } from './graph/verbs.ts';
import type { VerbRequest } from './lifecycle.ts';
import { withChildren } from './plans/child-steps.ts';
import { instanceTraits, withTemplates } from './plans/deploy-steps.ts';
import { refusePowerOff } from './plans/never-off.ts';
import { jobSteps, PLANS } from './plans/plans.ts';
import { stepsOfNode } from './plans/steps-of-node.ts';
import { withoutRescuePassword, withRescuePassword } from './rescue/password.ts';
import type { PasswordHash } from './rescue/sha-crypt.ts';

export type RequestTools = {
  readonly advance: Advance;
  readonly site: {
    readonly automatedClean: boolean;
    readonly rescuePasswordHash: PasswordHash;
    readonly secureHttpBoot: boolean;
  };
  /** ISO 8601. */
  readonly now: () => string;
};

/** What the engine has to do when the transaction is on disk. */
export type Accepted = {
  readonly nodeUuid: string;
  /** A job to take up. */
  readonly job: JobRecord | null;
  /** Another job of the node was ended or failed by this request. */
  readonly interrupted: boolean;
};

/** The edge that the verb takes beside the job that runs. Throws `invalid_state`, `node_locked`. */
export function edgeBeside(
  running: JobRecord | null,
  node: NodeRecord,
  { verb, said }: { readonly verb: Verb; readonly said?: string },
): Edge {
  // Who comes second hears who holds the node, not that the state has changed under his hands.
  if (running !== null && running.waiting_for === null && !acceptsVerb(node, verb))
    throw lockedBy(node, running);
  return edgeForVerb(node, verb, said);
}

/** Runs inside a transaction. Throws `invalid_state`, `invalid_input`, `forbidden`, `node_locked`. */
export async function acceptVerb(
  queries: Queries,
  node: NodeRecord,
  { request, tools }: { readonly request: VerbRequest; readonly tools: RequestTools },
): Promise<Accepted> {
  const running = await queries.jobs.runningOf(node.uuid);
  if (request.deployment !== undefined && running !== null) throw lockedBy(node, running);
  const edge = edgeBeside(running, node, { verb: request.verb });
  refuseByFlags(node, request.verb);
  if (request.verb === 'abort' && running !== null)
    return await abortJob(queries, { node, job: running }, tools);
  if (request.verb === 'unhold') return await unhold(queries, { node, job: running });
  if (request.verb === 'abort') refuseAbortInMaintenance(node);
  if (running !== null) await makeWay(queries, { node, job: running }, edge);

  const accepted = { nodeUuid: node.uuid, interrupted: running !== null };
  const { askedBy = null } = request;
  const patch = patchFor(node, edge, { request, tools });
  refuseWithoutMeans(node, edge, await queries.ports.listByNode(node.uuid));
  const plan = PLANS[edge.event];
  // A stable state is reached by asking alone: `manage` from available or clean failed.
  if (plan === undefined || STATES[edge.to].kind === 'stable') {
    const moved = await moveNode(queries, node, { event: edge.event, patch, askedBy });
    return { ...accepted, job: request.verb === 'abort' ? await wayBack(queries, moved) : null };
  }
  const deploySteps = await deployStepsOf(queries, { ...node, ...patch }, request);
  const { withoutRamdisk = false } = request;
  const isOn = !withoutRamdisk || node.power_state === 'power on';
  const asked = await withChildren(queries, { node, isOn }, request.steps ?? []);
  if (asked.some(({ step, onChildren }) => step === 'power_off' && onChildren === undefined))
    refusePowerOff(node, 'power off');
  const planned = plan.steps({ node, site: tools.site, asked, deploySteps, withoutRamdisk });
  const steps = await stepsOfNode(queries, node, jobSteps(planned));
  refuseUnbootable(node, { site: tools.site, steps });
  const heading = plan.target === undefined ? {} : { target: plan.target };
  const moved = await moveNode(queries, node, { event: edge.event, ...heading, patch, askedBy });
  if (steps.length === 0) {
    await moveNode(queries, moved, { event: plan.end, askedBy });
    return { ...accepted, job: null };
  }
  const job = await queries.jobs.insert({
    node_uuid: node.uuid,
    verb: request.verb,
    steps,
    asked_by: askedBy,
  });
  await tools.advance.enterStep(queries, { job, node: moved });
  return { ...accepted, job };
}

/** What operator and deploy templates add to a deployment; none for other verbs. Throws `invalid_input`. */
async function deployStepsOf(
  queries: Queries,
  node: NodeRecord,
  { verb, deploySteps = [] }: VerbRequest,
): Promise<readonly DeployStep[]> {
  if (verb !== 'active' && verb !== 'rebuild') return [];
  const traits = instanceTraits(node);
  const templates = await queries.stepLists.listByNames('deploy_template', traits);
  const ranked = templates.map(({ name, steps }) => ({
    name,
    steps: steps.map(({ rank, ...step }) => ({ ...step, priority: rank })),
  }));
  return withTemplates(deploySteps, ranked);
}

/** What changes with the verb itself, in the transaction that begins it. Validates what a deployment needs. */
function patchFor(
  node: NodeRecord,
  edge: Edge,
  { request, tools }: { readonly request: VerbRequest; readonly tools: RequestTools },
): NodePatch {
  const fresh: NodePatch = { last_error: null };
  switch (edge.event) {
    case 'inspect':
      return { ...fresh, inspection_started_at: tools.now(), inspection_finished_at: null };
    case 'rescue': {
      const chosen = { password: request.rescuePassword, hash: tools.site.rescuePasswordHash };
      return { ...fresh, instance_info: withRescuePassword(node.instance_info, chosen) };
    }
    case 'delete':
      // It takes the place of a rescue that waits, whose own end would have forgotten it.
      return { ...fresh, instance_info: withoutRescuePassword(node.instance_info) };
    case 'deploy':
    case 'rebuild': {
      const deployed = withDeployment(node.instance_info, request.deployment);
      const instance_info = withConfigDrive(deployed, request.configdrive);
      checkInstanceInfo({ ...node, instance_info });
      configDriveGiven({ uuid: node.uuid, instance_info });
      return {
        ...fresh,
        instance_info,
        instance_generation: node.instance_generation + 1,
        lcm: null,
      };
    }
    default:
      return fresh;
  }
}

/** A verb that the graph allows while a job waits takes that job's place; any other has to wait for it. */
async function makeWay(
  queries: Queries,
  { node, job: running }: { readonly node: NodeRecord; readonly job: JobRecord },
  edge: Edge,
): Promise<void> {
  const { kind } = STATES[edge.from];
  if (kind !== 'wait' && kind !== 'hold') throw lockedBy(node, running);
  refuseToCut(node, running);
  await queries.jobs.update(running.id, {
    status: 'aborted',
    error: `Given up for "${edge.event}".`,
    waiting_for: null,
    wake_at: null,
  });
}

/** The job that holds the node goes on: its step sees that the node is held no more. */
async function unhold(
  queries: Queries,
  { node, job }: { readonly node: NodeRecord; readonly job: JobRecord | null },
): Promise<Accepted> {
  if (job === null) {
    throw new IngotError('invalid_state', `No job holds node ${node.uuid}.`, {
      hint: `First: ingot node abort ${node.name ?? node.uuid}; then begin anew.`,
    });
  }
  await moveNode(queries, node, { event: 'unhold' });
  return { nodeUuid: node.uuid, job: null, interrupted: false };
}
