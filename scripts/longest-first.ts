/** The order in which vitest begins test files. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes a minute or more, in seconds on two processors: begun last, one alone would keep everybody waiting. */
const SECONDS: Readonly<Record<string, number>> = {
  'test/e2e/uefi-kinds.test.ts': 700,
  'test/e2e/main-job.test.ts': 520,
  'test/crash/nothing-is-lost.system.test.ts': 180,
  'test/boot-assets/test-image.system.test.ts': 100,
  'test/api/baremetal/baremetal.system.test.ts': 70,
  'test/lab/lab.system.test.ts': 60,
  'test/bad-input/refusals.system.test.ts': 60,
};

/** Vitest knows how long files took where they ran before; elsewhere it begins with the largest. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rest = await super.sort(files);
    return rest.toSorted((a, b) => secondsOf(b) - secondsOf(a));
  }
}

function secondsOf({ moduleId }: TestSpecification): number {
  const [, seconds = 0] = Object.entries(SECONDS).find(([file]) => moduleId.endsWith(file)) ?? [];
  return seconds;
}
