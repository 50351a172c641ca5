/**
 * Runs fuzz targets for a time or for a number of steps, and looks for what no single input shows: hangs and growth.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createNoise } from '../rig/hostile-sender.ts';
import type { FuzzTarget } from './target.ts';

export type FuzzBounds = {
  readonly seed: number;
  /** Milliseconds or steps, whichever ends first. */
  readonly forMs?: number;
  readonly steps?: number;
  /** Called before each step, with its number. */
  readonly onStep?: (step: number) => void;
};

export type FuzzReport = { readonly steps: number; readonly grownMb: number };

/** A step that takes longer hangs, whatever comes of it in the end. */
const STEP_MS = 10_000;
/** Compiled code and the collector's leisure; a leak of a hundred bytes an input passes it within minutes. */
const GROWTH_MB = 160;
/** By then everything is compiled and every table is as full as it gets. */
const WARM_SHARE = 0.3;
const MB = 1024 * 1024;

/** Every target there is, in the order of their files. */
export async function allTargets(): Promise<readonly FuzzTarget[]> {
  const folder = join(import.meta.dirname, 'targets');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts')).toSorted();
  const modules = await Promise.all(
    files.map((name) => import(join(folder, name)) as Promise<{ readonly targets: readonly FuzzTarget[] }>),
  );
  return modules.flatMap(({ targets }) => targets);
}

/** @throws Error that names target, seed and step, with the input in its message */
export async function fuzz(target: FuzzTarget, bounds: FuzzBounds): Promise<FuzzReport> {
  const { seed, forMs = Number.POSITIVE_INFINITY, steps: mostSteps = Number.POSITIVE_INFINITY } = bounds;
  const run = await target.open(createNoise(seed));
  const began = performance.now();
  const share = (step: number): number => Math.max((performance.now() - began) / forMs, step / mostSteps);
  let warmBytes: number | null = null;
  let step = 0;
  try {
    for (; step === 0 || share(step) < 1; step++) {
      bounds.onStep?.(step);
      await within(STEP_MS, async () => run.step());
      if (warmBytes === null && share(step) > WARM_SHARE) warmBytes = process.memoryUsage.rss();
    }
    await run.finish?.();
  } catch (cause) {
    const because = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${target.name}, seed ${seed}, step ${step}: ${because}`, { cause });
  } finally {
    await run.close?.();
  }
  const grownMb = (process.memoryUsage.rss() - (warmBytes ?? process.memoryUsage.rss())) / MB;
  if (grownMb > GROWTH_MB)
    throw new Error(
      `${target.name}, seed ${seed}: memory grew by ${Math.round(grownMb)} MB in ${step} steps`,
    );
  return { steps: step, grownMb };
}

async function within(ms: number, act: () => Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`a step took longer than ${ms} ms`)), ms);
  const began = performance.now();
  try {
    await Promise.race([act(), promise]);
  } finally {
    clearTimeout(timer);
  }
  // What blocks the event loop ends before its timer.
  const took = performance.now() - began;
  if (took > ms) throw new Error(`a step took ${Math.round(took)} ms`);
}
