/** The agent's steps as they stand in jobs, and which of them must not be cut in their middle. Pure. */
import type { Json, JsonObject } from '../../json.ts';
import type { JobStep } from '../../store/records/job.ts';
import { isJsonObject } from '../json.ts';
import type { StepName } from '../steps/catalog.ts';

const IN_BAND: ReadonlySet<string> = new Set<StepName>(['clean-step', 'deploy-step', 'service-step']);

/** As the agent gets it, with what it said of it. */
export type InBandStep = JsonObject & { readonly interface: string; readonly step: string };

/** The step that the agent runs in this step of the job, or that its new boot belongs to; else null. */
export function inBandStepOf(step: JobStep | undefined): InBandStep | null {
  if (step === undefined) return null;
  return asInBandStep(IN_BAND.has(step.name) ? step.args.step : step.args.finishes);
}

/** Null for what is no step of an interface. */
export function asInBandStep(found: Json | undefined): InBandStep | null {
  if (found === undefined || !isJsonObject(found)) return null;
  const { interface: kind, step } = found;
  return typeof kind === 'string' && typeof step === 'string' ? { ...found, interface: kind, step } : null;
}

/**
 * The agent's step that this step of the job is the middle of, and that an abort has to wait for: one that the agent
 * does not call `abortable` (firmware that is flashed, say, or made active by the boot that follows). Null for all
 * others.
 */
export function uncuttableOf(step: JobStep | undefined): InBandStep | null {
  const found = inBandStepOf(step);
  return found === null || found.abortable === true ? null : found;
}

/** The steps of the boot that an agent's step asks for: where that must not be cut, neither must they. */
export function finishing(step: InBandStep, boot: readonly JobStep[]): readonly JobStep[] {
  return boot.map(({ name, args }) => ({ name, args: { ...args, finishes: step } }));
}
