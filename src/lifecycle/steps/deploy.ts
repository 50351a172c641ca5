/** Deploy: prepare the image, claim addresses, have the agent write and set up the disk, switch off. */
import { z } from 'zod';
import type { ImageInfo } from '../../agent/protocol.ts';
import type { ImageRequest, ReadyImage } from '../../images/images.ts';
import type { Json } from '../../json.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import { wantedBootMode } from '../capabilities.ts';
import { imageRequestOf } from '../deploy/instance-info.ts';
import type { StepDeps } from '../deps.ts';
import type { StepContext, StepDefinition, StepOutcome } from '../engine/step.ts';
import { agentOf, runOrder } from './agent-command.ts';
import { agentParams } from './agent-node.ts';
import { configDriveFor, createDriveTurns } from './config-drive.ts';
import { untilOff } from './switch-power.ts';

/** Downloads, checks and converts the image, once for all nodes that want it. */
export function prepareImageStep(deps: StepDeps): StepDefinition {
  return {
    does: 'preparing the image',
    limit: 'command_s',
    run: async (context) => {
      const request = await deps.images.resolve(imageRequestOf(context.node()), context.signal);
      const report = (percent: number): void =>
        context.progress({ percent: Math.floor(percent), bytes_done: 0, bytes_total: 0 });
      const image = await deps.images.prepare(request, report, context.signal);
      const mib = Math.ceil(image.dataBytes / 1024 ** 2);
      const { checksum } = request;
      return { kind: 'done', note: `The image is ready: ${mib} MiB of data.`, found: { checksum } };
    },
  };
}

const prepared = z.object({
  checksum: z.object({ algorithm: z.enum(['sha256', 'sha512']), value: z.string() }),
});

/**
 * With the checksum that `prepare-image` found in a list, which may have changed since: one deployment has one image.
 */
async function preparedRequest(context: StepContext, deps: StepDeps): Promise<ImageRequest> {
  const asked = imageRequestOf(context.node());
  const step = context.job.steps.findLast(({ name }) => name === 'prepare-image');
  const found = 'url' in asked.checksum ? prepared.safeParse(step?.args) : null;
  if (found?.success === true) return { ...asked, checksum: found.data.checksum };
  return await deps.images.resolve(asked, context.signal);
}

export function allocateAddressesStep(deps: StepDeps): StepDefinition {
  return {
    does: 'claiming the addresses of the instance',
    run: async (context) => {
      await deps.allocateAddresses(context.node().uuid);
      return { kind: 'done', note: 'The addresses of the instance are claimed.' };
    },
  };
}

export function writeImageStep(deps: StepDeps): StepDefinition {
  const driveTurn = createDriveTurns();
  return {
    does: 'writing the image',
    place: 'parked',
    limit: 'command_s',
    slot: 'image_writes',
    run: async (context) => {
      const result = await runOrder(context, deps, {
        name: 'deploy.execute_deploy_step',
        params: () => writeImageParams(context, deps),
        inTurn: async (send) => {
          // Before the turn: should the cache have had to give the image up, no other drive waits for its download.
          await imageOf(context, deps);
          return await driveTurn(context, send);
        },
        awaited: 'the image to be written',
        subject: 'Writing the image',
      });
      return 'succeeded' in result ? { kind: 'done', note: 'The image is written to the disk.' } : result;
    },
  };
}

/**
 * Ready since the step `prepare-image`, unless the cache had to give it up: then fetched again, without a second
 * progress.
 */
async function imageOf(context: StepContext, deps: StepDeps): Promise<ReadyImage> {
  return await deps.images.prepare(await preparedRequest(context, deps), undefined, context.signal);
}

async function writeImageParams(
  context: StepContext,
  deps: StepDeps,
): Promise<{ readonly [key: string]: Json }> {
  const node = context.node();
  const image = await imageOf(context, deps);
  const configdrive = await configDriveFor(context, deps);
  return {
    step: {
      interface: 'deploy',
      step: 'write_image',
      priority: 80,
      args: { image_info: imageInfo(node, image, deps.site.imageUrl(node, image.id)), configdrive },
    },
    ...agentParams(node, await deps.store.ports.listByNode(node.uuid), deps.cleaning),
  };
}

function imageInfo(node: NodeRecord, image: ReadyImage, url: string): ImageInfo {
  return {
    id: imageName(node) ?? image.id,
    urls: [url],
    disk_format: 'raw',
    container_format: 'bare',
    stream_raw_images: true,
    os_hash_algo: 'sha256',
    os_hash_value: image.sha256,
    node_uuid: node.uuid,
    ingot_size: image.size,
    ingot_data_sha256: image.dataSha256,
    ingot_extents: image.extents.map(({ offset, length }) => [offset, length]),
  };
}

/** What people call the image: the last part of its source's path, which holds no user, password or query. */
function imageName(node: NodeRecord): string | null {
  const url = URL.parse(String(node.instance_info.image_source));
  return url?.pathname.split('/').findLast((part) => part !== '') ?? null;
}

export function installBootloaderStep(deps: StepDeps): StepDefinition {
  return {
    does: 'setting up the boot loader',
    place: 'parked',
    limit: 'callback_s',
    run: async (context) => {
      const result = await runOrder(context, deps, {
        name: 'image.install_bootloader',
        params: async () => ({
          // Null for an image of a whole disk: the agent finds the EFI partition itself.
          root_uuid: null,
          efi_system_part_uuid: null,
          prep_boot_part_uuid: null,
          target_boot_mode: wantedBootMode(context.node()) ?? 'uefi',
        }),
        awaited: 'the boot loader to be set up',
        subject: 'Setting up the boot loader',
      });
      return 'succeeded' in result ? { kind: 'done', note: 'The boot loader is set up.' } : result;
    },
  };
}

/** The agent is given this long to switch the machine off by itself before the BMC does. */
const AGENT_POWER_OFF_MS = 30_000;

/** Lets the agent flush the disks and switch off, so that a drive's cache is not cut off; then makes sure. */
export function agentPowerOffStep(deps: StepDeps): StepDefinition {
  return {
    does: 'switching the machine off after the deployment',
    limit: 'power_s',
    run: async (context) => {
      if (context.node().disable_power_off) return await lockAgentDown(context, deps);
      const asked = context.scratch().agent_asked_at;
      if (asked === undefined) await askAgent(context, deps);
      else if (typeof asked === 'number' && context.since(asked) < AGENT_POWER_OFF_MS) {
        const power = await deps.withBmc(context.node(), (bmc) => bmc.power());
        if (power !== 'off')
          return { kind: 'wait', for: 'the ramdisk to switch the machine off', pollMs: 2_000 };
      }
      if (asked === undefined)
        return { kind: 'wait', for: 'the ramdisk to switch the machine off', pollMs: 500 };
      return (
        (await untilOff(context, deps)) ?? {
          kind: 'done',
          note: 'The machine is off, its disk complete.',
          patch: { power_state: 'power off' },
        }
      );
    },
  };
}

/** Best effort: the BMC switches off what the agent does not, so the agent is asked once at most. */
async function askAgent(context: StepContext, deps: StepDeps): Promise<void> {
  const ask = agentUnlessItRefuses(context, deps);
  await ask('standby.sync', true);
  await context.save({ agent_asked_at: context.now() });
  await ask('standby.power_off', false);
}

/** The power stays on: the agent flushes the disks and leaves the network until the machine restarts, as in Ironic. */
async function lockAgentDown(context: StepContext, deps: StepDeps): Promise<StepOutcome> {
  if (context.scratch().agent_asked_at === undefined) {
    const ask = agentUnlessItRefuses(context, deps);
    await ask('standby.sync', true);
    await context.save({ agent_asked_at: context.now() });
    await ask('system.lockdown', true);
  }
  return { kind: 'done', note: 'The disk is complete, and the ramdisk has left the network.' };
}

function agentUnlessItRefuses(context: StepContext, deps: StepDeps) {
  return async (name: string, wait: boolean): Promise<void> => {
    try {
      await agentOf(context, deps).run({ name, params: {}, wait });
    } catch (error) {
      context.log.warn({ error: String(error), command: name }, 'the agent did not take the command');
    }
  };
}
