/** What agents answer, checked: our own agent and ironic-python-agent. Fields that are not used may be anything. */
import { z } from 'zod';
import type { JsonObject } from '../../json.ts';
import { oneLine } from '../../plain-text.ts';

/** It goes on to errors and events. */
const text = z
  .string()
  .max(100_000)
  .transform((said) => oneLine(said));

const commandSchema = z.object({
  id: z.string().max(200),
  command_name: z.string().max(200),
  command_status: z
    .string()
    .max(100)
    .transform((status) => oneLine(status)),
  /** Upstream's agent gives an object; a hardware manager may give a plain string. */
  command_error: z
    .union([
      text.transform((message) => ({ type: 'CommandExecutionError', message, details: '' })),
      z.object({ type: text.catch(''), message: text.catch(''), details: text.catch('') }),
    ])
    .nullish()
    .transform((error) => error ?? null),
  command_result: z
    .unknown()
    .transform((value) => (isRecord(value) ? value : null))
    .nullish(),
  command_progress: z
    .object({
      percent: z.number().min(0).max(100),
      bytes_done: z.number().nonnegative(),
      bytes_total: z.number().nonnegative(),
    })
    .nullish()
    .catch(null)
    .transform((progress) => progress ?? null),
});
export type AgentCommand = z.output<typeof commandSchema>;

export const commandAnswer = commandSchema;
export const commandListAnswer = z.object({ commands: z.array(commandSchema).max(10_000) });

/** A refusal: `RESTError` of upstream's agent, also when it stands inside `faultstring`. */
export const refusalAnswer = z.object({
  type: text.optional(),
  message: text.optional(),
  details: text.optional(),
  faultstring: text.optional(),
});

/** The kinds of steps that agents offer, each with commands of its own. */
export type StepKind = 'clean' | 'deploy' | 'service';

const argsInfo = z.record(z.string(), z.object({ required: z.boolean().catch(false) }));

const agentStep = z.object({
  step: z.string().max(200),
  interface: z.string().max(100),
  priority: z.number(),
  reboot_requested: z.boolean().catch(false),
  abortable: z.boolean().catch(false),
  /** The arguments that it takes; null where the agent does not say. */
  argsinfo: argsInfo
    .nullish()
    .catch(null)
    .transform((info) => info ?? null),
});
export type AgentStep = z.output<typeof agentStep>;

/** Of all hardware managers together: upstream's agents offer about twenty, and each may become a step of a job. */
export const MOST_STEPS = 1_000;

const byManager = z
  .record(z.string(), z.array(z.unknown()))
  .transform((managers) => Object.values(managers).flat());
const stepList = byManager.pipe(z.array(agentStep).max(MOST_STEPS));
const managerVersions = z.record(z.string(), z.string()).catch({});

/** The result of `clean.get_clean_steps` and its like; null when it is something else, or more than anybody needs. */
export function offeredSteps(kind: StepKind, result: unknown): StepOffer | null {
  if (!isRecord(result)) return null;
  const steps = stepList.safeParse(result[`${kind}_steps`]);
  if (!steps.success) return null;
  const version = managerVersions.parse(result.hardware_manager_version);
  return { steps: steps.data, version };
}

export type StepOffer = {
  readonly steps: readonly AgentStep[];
  /** By hardware manager; handed back with each step, so that the agent notices when it is another. */
  readonly version: JsonObject;
};

/** The parts of an inventory that ingot itself uses. */
export const inventoryParts = z.object({
  interfaces: z.array(z.object({ name: z.string(), mac_address: z.string().nullish() })).max(1_000),
  cpu: z.object({ count: z.number(), architecture: z.string().transform((name) => oneLine(name)) }),
  disks: z.array(z.object({ name: z.string(), size: z.number() })).max(10_000),
  memory: z.object({ physical_mb: z.number().nullish() }),
  boot: z
    .object({ current_boot_mode: z.enum(['uefi', 'bios']).nullish(), pxe_interface: z.string().nullish() })
    .nullish(),
});
export type InventoryParts = z.output<typeof inventoryParts>;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
