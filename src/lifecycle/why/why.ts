/** Why a node is where it is, in one paragraph: for `ingot node why`, and for errors when time is up. Pure. */
import type { BootTimes } from '../../config/timeouts.ts';
import type { EventRecord } from '../../store/records/event.ts';
import type { JobRecord } from '../../store/records/job.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import { BEFORE_THE_LOADER } from '../booting/boot-stages.ts';
import { type ReachedStage, reachedStage } from '../booting/reached-stage.ts';
import { usesSecureBoot } from '../capabilities.ts';
import type { StepTimes } from '../engine/engine.ts';
import { withoutFullStop } from '../engine/retry.ts';
import type { Explanation } from '../engine/step.ts';
import { isTransient, STATES } from '../graph/graph.ts';
import type { Why } from '../lifecycle.ts';
import { titleOf } from '../plans/deploy-steps.ts';
import { uncuttableOf } from '../plans/in-band-steps.ts';
import { TELLS } from '../power-sync/trouble.ts';
import { rescueLogin } from '../rescue/password.ts';
import { clockTime, duration } from '../say-time.ts';
import { bmcAsked, needsRamdisk, stepChecks, waitsForBoot } from './why-steps.ts';
import { holdSentence, verbsSentence } from './why-verbs.ts';

export type WhyFacts = {
  readonly node: NodeRecord;
  /** The node's running job, or its last one. */
  readonly job: JobRecord | null;
  /** Events of boot stages since `boot_started_at`, oldest first. */
  readonly bootEvents: readonly EventRecord[];
  /** The newest event that is more than a detail. */
  readonly lastEvent: EventRecord | null;
  /** What the job's failure said should be done; null when it has not failed. */
  readonly failureHint: string | null;
  /** What the last failed try of the job said should be done; null when there was none, or nobody had answered. */
  readonly retryHint: string | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Of the job's step, as the engine measures it; null when it does not work on the job. */
  readonly times: StepTimes | null;
  /** What a step does, by its name. */
  readonly does: (step: string) => string;
  /** Why no machine can boot the ramdisk just now, or null. */
  readonly bootProblem: string | null;
  /** What may be in the way of a boot: a sentence each. */
  readonly bootWarnings: readonly string[];
  readonly bootTimes: BootTimes;
  /** Which logs of the ramdisk the job's failure has left; null: none. */
  readonly logs: string | null;
};

const TO_CHECK = 'What to check: ';

export function explainWhy(facts: WhyFacts): Why {
  const { node, job, now } = facts;
  const running = job?.status === 'running' ? job : null;
  const step = running?.steps[running.cursor]?.name ?? null;
  const since = node.provision_updated_at ?? node.created_at;
  const boot = waitsForBoot(node, running, facts.bootEvents) ? reachedStage(facts.bootEvents) : null;
  const check = checksFor(facts, boot);
  const told = node.last_error ?? '';
  const untold = check.filter((one) => !told.includes(one));
  // The last event of a job that failed is its failure, and that is told already.
  const failed = running === null && told !== '';
  const bmcTold = node.bmc_trouble !== null && facts.lastEvent?.kind === 'bmc.trouble';
  const sentences = [
    `Node ${node.name ?? node.uuid} is in state "${node.provision_state}" since ${clockTime(since)} (${duration(now - Date.parse(since))}).`,
    running === null ? restSentence(facts) : workSentence(running, facts),
    bmcSentence(facts),
    node.maintenance ? `It is in maintenance: ${node.maintenance_reason ?? 'no reason given'}.` : '',
    told === '' ? '' : `Last error: ${told}`,
    facts.logs === null
      ? ''
      : `What its ramdisk had logged: ingot node logs ${node.name ?? node.uuid} ${facts.logs}.`,
    boot !== null ? bootSentence(boot, facts) : failed || bmcTold ? '' : lastSentence(facts),
    untold.length === 0 ? '' : `${TO_CHECK}${untold.join(' ')}`,
  ];
  return {
    text: sentences.filter((sentence) => sentence !== '').join(' '),
    state: node.provision_state,
    since,
    step,
    waiting_for: running === null ? null : awaitedBy(facts, running),
    last_seen: lastSeen(facts, boot),
    check,
  };
}

/** What is told when the time of a step is up: what was awaited, what came last, what to check. */
export function explainSilence(facts: WhyFacts): Explanation {
  const { job } = facts;
  const step = job?.steps[job.cursor]?.name ?? 'none';
  const took = job === null ? '' : ` after ${duration(ranMs(job, facts))}`;
  const awaited = (job === null ? null : awaitedBy(facts, job)) ?? facts.does(step);
  const boot = waitsForBoot(facts.node, job, facts.bootEvents) ? reachedStage(facts.bootEvents) : null;
  const last =
    boot === null ? lastSentence(facts) : `${bootSentence(boot, facts)}${stageTimeSentence(boot, facts)}`;
  const checks = checksFor(facts, boot);
  const asked = job === null ? null : bmcAsked(facts.node, job);
  const isTold = asked === null || boot !== null || awaited.includes(asked.address);
  const whom = isTold ? '' : ` The BMC at ${asked.address} was asked.`;
  return {
    because: `Gave up${took} waiting for ${awaited}.${whom} ${last}`.trim(),
    hint: checks.length === 0 ? 'Check the machine’s console and its BMC.' : `${TO_CHECK}${checks.join(' ')}`,
  };
}

/** What the step waits for: as it says itself, or the BMC's answer while it asks for one. */
function awaitedBy({ node, times }: WhyFacts, job: JobRecord): string | null {
  if (times !== null && times.behind !== null)
    return `${job.waiting_for ?? 'its turn'} (${times.behind === 1 ? '1 other waits' : `${times.behind} others wait`} before it)`;
  if (job.waiting_for !== null) return job.waiting_for;
  const asked = bmcAsked(node, job);
  return asked === null ? null : `an answer of the BMC at ${asked.address}`;
}

/** How long the job's step has run. */
function ranMs(job: JobRecord, { times, now }: WhyFacts): number {
  return times?.ranMs ?? now - Date.parse(job.step_started_at);
}

function workSentence(job: JobRecord, facts: WhyFacts): string {
  const { node, does, retryHint } = facts;
  const step = job.steps[job.cursor]?.name ?? 'none';
  const after = job.abort === 'now' ? 'the abort' : 'a failure';
  const doing = job.error === null ? does(step) : `tidying up after ${after} (${does(step)})`;
  const awaited = awaitedBy(facts, job);
  const waits = awaited === null ? '' : ` It waits for ${awaited.replace(/\.$/, '')}.`;
  const asked = bmcAsked(node, job);
  const asking =
    asked === null || (job.attempt > 0 && retryHint !== null)
      ? ''
      : ` The BMC at ${asked.address} is asked for ${duration(ranMs(job, facts))} now.`;
  const stops = abortSentence(job);
  const until = deadlineSentence(facts);
  const percent = job.progress === null ? '' : ` ${progressSentence(job.progress)}`;
  return `The job "${job.verb}" is at step ${job.cursor + 1} of ${job.steps.length}, ${step}: ${doing}.${percent}${waits}${retrySentence(job, facts)}${holdSentence(node, job)}${asking}${stops}${until}`;
}

/** What failed is what the step waits for another try after. */
function retrySentence({ attempt, wake_at }: JobRecord, { now }: WhyFacts): string {
  if (attempt === 0) return '';
  const tries = attempt === 1 ? '1 try has failed' : `${attempt} tries have failed`;
  const leftMs = wake_at === null ? 0 : Date.parse(wake_at) - now;
  return leftMs > 0 ? ` ${tries}; the next is in ${duration(leftMs)}.` : ` ${tries}; the next is under way.`;
}

function abortSentence({ abort, steps, cursor }: JobRecord): string {
  const step = abort === 'after_step' ? uncuttableOf(steps[cursor]) : null;
  return step === null
    ? ''
    : ` Abort was asked for: it stops when the step ${titleOf(step)} has ended, which must not be cut.`;
}

/** By the engine's own reckoning: it gives a step more time after a restart, and heeds no clock that is set. */
function deadlineSentence({ times, now }: WhyFacts): string {
  if (times === null || times.leftMs === null) return '';
  if (times.leftMs <= 0) return ' The time of the step is over.';
  const at = clockTime(new Date(now + times.leftMs).toISOString());
  return ` The step fails at ${at}, in ${duration(times.leftMs)}, if nothing happens.`;
}

function progressSentence({ percent, bytes_done, bytes_total }: NonNullable<JobRecord['progress']>): string {
  const mib = (bytes: number): string => (bytes / 1024 ** 2).toFixed(0);
  const bytes = bytes_total === 0 ? '' : `, ${mib(bytes_done)} of ${mib(bytes_total)} MiB`;
  return `It is ${percent} percent done${bytes}.`;
}

function restSentence({ node }: WhyFacts): string {
  const state = node.provision_state;
  if (isTransient(state)) return 'No job works on it, which is a defect of ingot: please report it.';
  const failed =
    STATES[state].kind === 'fail'
      ? 'The last job failed'
      : 'Nothing is being done with it, and nothing waits';
  return `${failed}.${usableSentence(node)}${verbsSentence(node)}`;
}

/** What the power sync has found of its BMC, where it is in trouble. */
function bmcSentence({ node: { bmc_trouble: trouble }, now }: WhyFacts): string {
  if (trouble === null) return '';
  const since = `since ${clockTime(trouble.since)} (${duration(now - Date.parse(trouble.since))})`;
  return `Its BMC ${TELLS[trouble.kind].present} ${since}: ${withoutFullStop(trouble.message)}.`;
}

/** What there is to use: the node's own system, or the rescue system. */
function usableSentence(node: NodeRecord): string {
  if (node.provision_state === 'active') return ` ${systemSentence(node)}`;
  if (node.provision_state !== 'rescue') return '';
  const login = rescueLogin(node) ?? 'see its console';
  return ` Its rescue system (${login}) takes logins with the password that was given.`;
}

function systemSentence({ lcm }: NodeRecord): string {
  if (lcm === null) return 'Its operating system has not reported yet.';
  const name = lcm.hostname === null ? '' : ` as ${lcm.hostname}`;
  return `Its operating system reported "${lcm.status}"${name} at ${clockTime(lcm.reported_at)}.`;
}

function bootSentence({ stage, event, trouble }: ReachedStage, { node, now }: WhyFacts): string {
  const at = event?.at ?? node.boot_started_at ?? node.created_at;
  const told = event === null ? '' : ` (${event.message.replace(/\.$/, '')})`;
  const wrong = trouble === null ? '' : ` What went wrong: it ${trouble.message.replace(/\.$/, '')}.`;
  return `Last seen: ${stage.seen}, at ${clockTime(at)}, ${duration(now - Date.parse(at))} ago${told}. ${stage.missing} since then.${wrong}`;
}

/** Which time it was that is up, if the stage's. */
function stageTimeSentence({ stage, began }: ReachedStage, { bootTimes, job, now }: WhyFacts): string {
  if (stage.limit === null || job === null) return '';
  const limitMs = bootTimes[stage.limit] * 1000;
  if (now - Date.parse(began?.at ?? job.step_started_at) < limitMs) return '';
  return ` It has ${duration(limitMs)} for that (timeouts.boot.${stage.limit}; set more if it is only slow).`;
}

function lastSentence({ lastEvent, now }: WhyFacts): string {
  if (lastEvent === null) return '';
  const ago = duration(now - Date.parse(lastEvent.at));
  return `Last seen: ${lastEvent.message.replace(/\.$/, '')}, at ${clockTime(lastEvent.at)}, ${ago} ago.`;
}

function lastSeen({ lastEvent, node }: WhyFacts, boot: ReachedStage | null): Why['last_seen'] {
  if (boot === null) return lastEvent === null ? null : { at: lastEvent.at, message: lastEvent.message };
  if (boot.event !== null) return { at: boot.event.at, message: boot.event.message };
  return { at: node.boot_started_at ?? node.created_at, message: boot.stage.seen };
}

/** Firmware with Secure Boot on runs neither iPXE nor what it would load. */
function mismatch(node: NodeRecord, boot: ReachedStage): readonly string[] {
  const loaded = boot.event !== null && !BEFORE_THE_LOADER.includes(boot.event.kind);
  if (node.secure_boot !== true || usesSecureBoot(node) || loaded) return [];
  return [
    'The BMC says that Secure Boot is on, and the node says secure_boot:false: its firmware refuses iPXE. Say secure_boot:true among its capabilities, or switch Secure Boot off in the firmware.',
  ];
}

function checksFor(
  { failureHint, retryHint, bootProblem, bootWarnings, node, job }: WhyFacts,
  boot: ReachedStage | null,
): readonly string[] {
  const running = job?.status === 'running' ? job : null;
  const matters = bootProblem !== null && needsRamdisk(node, running);
  const problem = matters ? [`On the seed node: ${bootProblem}`] : [];
  if (boot !== null) return [...problem, ...mismatch(node, boot), ...bootWarnings, ...boot.stage.check];
  const failing = job !== null && job.error !== null && job.status !== 'aborted';
  const hint = failing ? (failureHint ?? '').replace(TO_CHECK, '') : '';
  if (hint !== '') return [hint];
  if (running !== null && running.attempt > 0 && retryHint !== null) return [...problem, retryHint];
  const trouble = node.bmc_trouble === null ? [] : [node.bmc_trouble.hint];
  return [...problem, ...(running === null ? trouble : stepChecks(node, running))];
}
