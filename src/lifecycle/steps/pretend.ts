/** The work of `fake` interfaces: nothing, at once. */
import type { StepDefinition } from '../engine/step.ts';

export function pretendStep(): StepDefinition {
  return {
    does: 'pretending to work',
    run: async () => ({ kind: 'done', note: 'A fake interface has pretended to work.' }),
  };
}

/** The end of a deployment that is pretended: the machine counts as running. */
export function pretendBootStep(): StepDefinition {
  return {
    does: 'pretending to start the machine',
    run: async () => ({
      kind: 'done',
      note: 'A fake interface has pretended to start the machine from its disk.',
      patch: { power_state: 'power on', boot_intent: 'disk' },
    }),
  };
}

export function pretendInspectionStep(): StepDefinition {
  return {
    does: 'pretending to inspect the machine',
    run: async (context) => ({
      kind: 'done',
      note: 'A fake interface has pretended to inspect the machine.',
      patch: { inspection_finished_at: new Date(context.now()).toISOString() },
    }),
  };
}
