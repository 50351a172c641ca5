/** The parts of the API's answers that the command reads, parsed at the edge; what else comes is kept. */
import { z } from 'zod';

const json = z.json();
const object = z.record(z.string(), json);
export type JsonObject = Readonly<z.output<typeof object>>;

const bmcTrouble = z.looseObject({ kind: z.string(), since: z.string(), message: z.string() });

export const nodeAnswer = z.looseObject({
  uuid: z.string(),
  name: z.string().nullable(),
  provision_state: z.string(),
  target_provision_state: z.string().nullable(),
  power_state: z.string().nullable(),
  disable_power_off: z.boolean().nullish(),
  maintenance: z.boolean(),
  maintenance_reason: z.string().nullish(),
  last_error: z.string().nullable(),
  driver: z.string(),
  resource_class: z.string().nullish(),
  owner: z.string().nullish(),
  lessee: z.string().nullish(),
  parent_node: z.string().nullish(),
  driver_info: object,
  driver_internal_info: z
    .looseObject({
      ingot: z.looseObject({ bmc_trouble: bmcTrouble.nullish(), lcm: json.optional() }).optional(),
    })
    .default({}),
  properties: object,
  instance_info: object,
});
export type NodeAnswer = z.output<typeof nodeAnswer>;

export const nodesAnswer = z.object({ nodes: z.array(nodeAnswer), next: z.string().optional() });

const portAnswer = z.looseObject({
  uuid: z.string(),
  node_uuid: z.string(),
  address: z.string(),
  pxe_enabled: z.boolean(),
  physical_network: z.string().nullable(),
  /** `dhcp`: where a relay says that it is plugged in. */
  internal_info: z.looseObject({ dhcp: z.record(z.string(), z.string().nullable()).optional() }).optional(),
});
export type PortAnswer = z.output<typeof portAnswer>;

export const portsAnswer = z.object({ ports: z.array(portAnswer) });
export const enrollAnswer = z.object({ node: nodeAnswer, ports: z.array(portAnswer) });

export const whyAnswer = z.looseObject({ text: z.string(), state: z.string(), check: z.array(z.string()) });

const jobSchema = z.looseObject({
  id: z.number(),
  verb: z.string(),
  status: z.enum(['running', 'done', 'failed', 'aborted']),
  step: z.string().nullable(),
  step_number: z.number(),
  step_count: z.number(),
  waiting_for: z.string().nullable(),
  progress: z.object({ percent: z.number(), bytes_done: z.number(), bytes_total: z.number() }).nullable(),
  elapsed_s: z.number(),
  step_elapsed_s: z.number(),
  error: z.string().nullable(),
});
export type JobAnswer = z.output<typeof jobSchema>;

export const jobAnswer = z.object({ job: jobSchema.nullable() });
export const jobsAnswer = z.object({ jobs: z.array(jobSchema.extend({ node_uuid: z.string() })) });

export const eventAnswer = z.object({
  seq: z.number(),
  at: z.string(),
  node_uuid: z.string().nullable(),
  kind: z.string(),
  severity: z.string(),
  message: z.string(),
  data: object,
});
export type EventAnswer = z.output<typeof eventAnswer>;

/** Of `event: gap` on the stream. */
export const gapAnswer = z.object({ complete_from: z.number() });

export const logsAnswer = z.object({
  logs: z.array(z.looseObject({ id: z.string(), at: z.string(), verb: z.string(), bytes: z.number() })),
});
export const timelineAnswer = z.object({ events: z.array(eventAnswer) });
export const statusAnswer = z.looseObject({ version: z.string(), last_event: z.number() });

export const networksAnswer = z.object({
  networks: z.array(
    z.looseObject({
      name: z.string(),
      role: z.string(),
      cidr: z.string(),
      interface: z.string().nullable(),
      address: z.string().nullable(),
      /** Ours that its machines reach. */
      server_address: z.string().nullish(),
      dhcp: z.string(),
      ranges: z.array(z.object({ use: z.string(), from: z.string(), to: z.string() })),
    }),
  ),
});

const ownerSchema = z.object({ uuid: z.string(), name: z.string().nullable() });

export const leasesAnswer = z.object({
  leases: z.array(
    z.looseObject({
      network: z.string(),
      mac: z.string().nullable(),
      client_id: z.string().optional(),
      address: z.string(),
      hostname: z.string().nullable(),
      node: ownerSchema.nullable(),
      state: z.string(),
      starts_at: z.string().nullable(),
      expires_at: z.string(),
    }),
  ),
});

const discoveredAnswer = z.looseObject({
  mac: z.string(),
  uuid: z.string().nullable(),
  uuid_swapped: z.string().nullable(),
  architecture: z.string().nullable(),
  vendor_class: z.string().nullable(),
  network: z.string().nullable(),
  address: z.string().nullable(),
  giaddr: z.string().nullable(),
  circuit_id: z.string().nullable(),
  remote_id: z.string().nullable(),
  stage: z.string(),
  message: z.string(),
  first_seen: z.string(),
  last_seen: z.string(),
  seen_count: z.number(),
});
export type DiscoveredAnswer = z.output<typeof discoveredAnswer>;

export const machinesAnswer = z.object({ machines: z.array(discoveredAnswer) });

const verdictSchema = z.object({
  result: z.enum(['taken', 'unchanged', 'skipped']),
  /** Why it was skipped. */
  why: z.string().nullable(),
});
/** One verdict for each that was sent, in their order. */
export const importAnswer = z.object({
  reservations: z.array(verdictSchema),
  leases: z.array(verdictSchema),
});

export const reservationAnswer = z.looseObject({
  network: z.string(),
  mac: z.string(),
  address: z.string().nullable(),
  hostname: z.string().nullable(),
  source: z.string(),
});
export type ReservationAnswer = z.output<typeof reservationAnswer>;

export const reservationsAnswer = z.object({
  reservations: z.array(
    reservationAnswer.extend({ node: ownerSchema.nullable(), problem: z.string().nullable() }),
  ),
});

export const stepListAnswer = z.looseObject({
  uuid: z.string(),
  name: z.string(),
  steps: z.array(
    z.object({
      interface: z.string(),
      step: z.string(),
      args: z.record(z.string(), z.json()),
      /** Of a template's step. */
      priority: z.number().optional(),
      /** Of a runbook's step. */
      order: z.number().optional(),
    }),
  ),
});
export type StepListAnswer = z.output<typeof stepListAnswer>;
export const stepListsAnswer = z.object({
  deploy_templates: z.array(stepListAnswer).optional(),
  runbooks: z.array(stepListAnswer).optional(),
});

/** PEM. */
export const bootAuthorityAnswer = z.object({ certificate: z.string() });

const imageHead = { id: z.string(), source: z.string().nullable() };
export const imageAnswer = z.discriminatedUnion('state', [
  z.looseObject({
    ...imageHead,
    state: z.literal('ready'),
    size: z.number(),
    data_bytes: z.number(),
    disk_bytes: z.number(),
    used_at: z.string(),
  }),
  z.looseObject({ ...imageHead, state: z.literal('preparing'), percent: z.number() }),
  z.looseObject({
    ...imageHead,
    state: z.literal('failed'),
    error: z.object({ message: z.string(), hint: z.string() }),
  }),
]);
export type ImageAnswer = z.output<typeof imageAnswer>;
export const addedImageAnswer = imageAnswer.and(z.looseObject({ asked_source: z.string() }));
export type AddedImageAnswer = z.output<typeof addedImageAnswer>;
export const imagesAnswer = z.object({ images: z.array(imageAnswer) });

export const inventoryAnswer = z.object({ inventory: object, plugin_data: object });

const tokenFields = {
  id: z.string(),
  name: z.string(),
  role: z.string(),
  project: z.string().nullable(),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  expired: z.boolean(),
};
export const tokensAnswer = z.object({ tokens: z.array(z.object(tokenFields)) });
export type TokenAnswer = z.output<typeof tokensAnswer>['tokens'][number];
export const newTokenAnswer = z.object({ ...tokenFields, token: z.string() });

/** Who is refused at the door is told so in this shape, as Ironic does. */
export const loginAnswer = z.object({ error: z.object({ message: z.string() }) });

/** Ironic's error body: JSON text inside JSON. */
export const errorAnswer = z.object({
  error_message: z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'error_message is no JSON' });
        return z.NEVER;
      }
    })
    .pipe(
      z.looseObject({
        faultstring: z.string().optional(),
        description: z.string().optional(),
        title: z.string().optional(),
        code: z.union([z.string(), z.number()]).optional(),
        hint: z.string().optional(),
      }),
    ),
});
