/** Booting the ramdisk, leaving it, booting the instance: from its disk, or from the network. */
import { bootInterfaceConflict, networkDeviceOf } from '../booting/boot-interface.ts';
import type { StepDeps } from '../deps.ts';
import type { StepContext, StepDefinition, StepOutcome } from '../engine/step.ts';
import { startedNote } from './restart.ts';
import { startFrom } from './start-from.ts';
import { untilOff } from './switch-power.ts';

/**
 * Begins a boot generation and powers the machine on, once in it. Whatever the
 * ramdisk may do first (a fast one calls back in a second) is expected from here on: the node is in its wait
 * state, the boot table says ramdisk, the token is valid.
 */
export function bootRamdiskStep(deps: StepDeps): StepDefinition {
  return {
    does: 'starting the machine into the ramdisk',
    place: 'parked',
    limit: 'power_s',
    slot: 'power_actions',
    run: async (context) => {
      if (context.scratch().generation === undefined) {
        const node = context.node();
        const problem = deps.site.bootProblem(node) ?? bootInterfaceConflict(node, deps.site);
        if (problem !== null) {
          const hint = 'Put this right, then ask for the verb again.';
          return {
            kind: 'failed',
            because: `The ramdisk cannot be booted: ${problem.replace(/\.$/, '')}.`,
            hint,
          };
        }
        await beginGeneration(context, 'ramdisk');
      }
      await deps.publishBoot(context.node().uuid);
      const generation = context.node().boot_generation;
      return (
        (await startFrom(context, deps, networkDeviceOf(context.node()))) ?? {
          kind: 'done',
          note: `The machine starts into the ramdisk (boot ${generation}).`,
          patch: { power_state: 'power on' },
        }
      );
    },
  };
}

async function beginGeneration(context: StepContext, intent: 'ramdisk' | 'instance'): Promise<void> {
  const generation = context.node().boot_generation + 1;
  await context.save(
    { generation },
    {
      boot_generation: generation,
      boot_intent: intent,
      boot_started_at: new Date(context.now()).toISOString(),
      agent: null,
    },
  );
}

/**
 * Off, and the next boot is from disk. Ends every use of the ramdisk, also one that failed: a machine must not
 * be left where a reset would start it from a disk that is half written.
 */
export function leaveRamdiskStep(deps: StepDeps): StepDefinition {
  return {
    does: 'switching the ramdisk off',
    limit: 'power_s',
    slot: 'power_actions',
    // Tidying up must not keep the node for long. At the end of work that went well a BMC that restarts is waited for.
    patience: ({ error }) => (error === null ? undefined : 3),
    // The rescue was given up, and its ramdisk may still run where the machine's own system is expected.
    fault: ({ verb, error }) => (verb === 'rescue' && error !== null ? 'rescue abort failure' : undefined),
    run: async (context) => {
      if (context.node().boot_intent !== 'ramdisk' && context.scratch().leaving !== true) {
        // An earlier call may have been cut off between saving this and publishing it.
        await deps.publishBoot(context.node().uuid);
        return { kind: 'done', note: 'The machine is not in the ramdisk.' };
      }
      if (context.node().disable_power_off) return await leaveByRestart(context, deps);
      const wait = await untilOff(context, deps);
      if (wait !== null) return wait;
      await context.save({}, { boot_intent: 'disk', power_state: 'power off' });
      await deps.publishBoot(context.node().uuid);
      return { kind: 'done', note: 'The ramdisk is left: the machine is off.' };
    },
  };
}

/**
 * The machine restarts from its disk, whatever that holds: that ends the ramdisk. After a failure it stays where it is,
 * since what is on the disk may be half written; the next verb begins with a start of its own.
 */
async function leaveByRestart(context: StepContext, deps: StepDeps): Promise<StepOutcome> {
  if (context.scratch().leaving !== true) await context.save({ leaving: true }, { boot_intent: 'disk' });
  await deps.publishBoot(context.node().uuid);
  if (context.job.error !== null)
    return { kind: 'done', note: 'The machine stays on, in the ramdisk; its next start is from disk.' };
  const wait = await startFrom(context, deps, 'disk');
  return (
    wait ?? {
      kind: 'done',
      note: startedNote(context, 'The ramdisk is left: the machine restarts from its disk.'),
      patch: { power_state: 'power on' },
    }
  );
}

/** Starts the machine from its disk. */
export function bootDiskStep(deps: StepDeps): StepDefinition {
  return {
    does: 'starting the machine from its disk',
    limit: 'power_s',
    slot: 'power_actions',
    run: async (context) => {
      if (context.node().boot_intent !== 'disk') await context.save({}, { boot_intent: 'disk' });
      await deps.publishBoot(context.node().uuid);
      return (
        (await startFrom(context, deps, 'disk')) ?? {
          kind: 'done',
          note: startedNote(context, 'The machine starts from its disk.'),
          patch: { power_state: 'power on' },
        }
      );
    },
  };
}

/** Starts the machine into what its `instance_info` names, now and whenever it boots from the network again. */
export function bootInstanceStep(deps: StepDeps): StepDefinition {
  return {
    does: 'starting the machine into its instance from the network',
    limit: 'power_s',
    slot: 'power_actions',
    run: async (context) => {
      if (context.scratch().generation === undefined) await beginGeneration(context, 'instance');
      await deps.publishBoot(context.node().uuid);
      const drive = context.node().instance_info.configdrive ?? null;
      // As in Ironic, which tells it in its log only.
      const unused = drive === null ? '' : ' Its config drive is not used: there is no disk to put it on.';
      return (
        (await startFrom(context, deps, networkDeviceOf(context.node()))) ?? {
          kind: 'done',
          note: startedNote(context, `The machine starts into its instance from the network.${unused}`),
          patch: { power_state: 'power on' },
        }
      );
    },
  };
}
