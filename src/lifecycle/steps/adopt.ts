/** Adopt: a machine that runs already becomes an active node, without being touched. */
import type { StepDefinition } from '../engine/step.ts';

export function adoptStep(): StepDefinition {
  return {
    does: 'taking the running machine over',
    run: async (context) => {
      const { power_state } = context.node();
      const running = power_state === 'power on' ? 'as it runs' : 'switched off, as it is';
      return {
        kind: 'done',
        note: `The machine is taken over ${running}; from the network it is sent to its own disk.`,
        patch: { boot_intent: 'disk' },
      };
    },
  };
}
