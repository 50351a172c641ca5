/** Tear down: what belonged to the instance is taken from the node, in the transaction that begins cleaning. */
import { release } from '../allocations/hold.ts';
import type { StepDefinition } from '../engine/step.ts';

export function releaseInstanceStep(): StepDefinition {
  return {
    does: 'giving back what the instance had',
    run: async (context) => {
      const { uuid, instance_generation, retired } = context.node();
      return {
        kind: 'done',
        note: 'The instance is gone from the node: its image, config drive and addresses.',
        patch: {
          instance_info: {},
          instance_uuid: null,
          // The LCM token is bound to it: the old system's token ends here.
          instance_generation: instance_generation + 1,
          lcm: null,
          boot_intent: 'disk',
        },
        also: async (queries) => {
          const allocation = await queries.allocations.ofNode(uuid);
          if (allocation !== null) await release(queries, allocation);
          for (const { network } of await queries.addresses.listByNode(uuid)) {
            await queries.addresses.release(network, uuid);
          }
        },
        move: 'clean',
        // Cleaned too, and then offered to nobody.
        ...(retired ? { target: 'manageable' as const } : {}),
      };
    },
  };
}
