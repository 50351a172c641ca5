/** What an agent (ours, or ironic-python-agent unchanged) sends. Unknown fields pass: agents grow. */
import { z } from 'zod';
import { parseMac } from '../../net/mac.ts';
import { jsonObject, uuid } from './common.ts';

/** Ironic ignores addresses that are no MACs (InfiniBand, say); so do we. */
export const lookupQuery = z.looseObject({
  addresses: z
    .string()
    .max(8192)
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((part) => parseMac(part))
        .filter((mac) => mac !== null),
    ),
  node_uuid: uuid.optional(),
});

export const heartbeatBody = z.looseObject({
  callback_url: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).max(2048),
  agent_token: z.string().max(1024).nullish(),
  agent_version: z.string().max(255).nullish(),
  agent_verify_ca: z.string().max(65_536).nullish(),
  agent_status: z.string().max(255).nullish(),
  agent_status_message: z.string().max(65_536).nullish(),
});

export type HeartbeatBody = z.output<typeof heartbeatBody>;

/** What an agent that deploys by itself may say of its work. */
export const AGENT_STATUSES: readonly string[] = ['start', 'end', 'error'];

export const inspectionQuery = z.looseObject({ node_uuid: uuid.optional() });

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
const words = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);

const interfaceSchema = z.looseObject({
  name: z.string(),
  mac_address: z.string().transform((value) => parseMac(value) ?? value.toLowerCase()),
  ipv4_address: text,
  ipv6_address: text,
  has_carrier: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
  lldp: z
    .array(z.tuple([z.number(), z.string()]))
    .nullish()
    .transform((value) => value ?? null),
  vendor: text,
  product: text,
  speed_mbps: z
    .number()
    .nullish()
    .transform((value) => value ?? null),
  pci_address: text,
  driver: text,
});

const diskSchema = z.looseObject({
  name: z.string(),
  model: text,
  size: z.number(),
  rotational: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
  wwn: text,
  serial: text,
  vendor: text,
  wwn_with_extension: text,
  wwn_vendor_extension: text,
  hctl: text,
  by_path: text,
});

const firmware = z.looseObject({ vendor: words, version: words, build_date: words });

const inventorySchema = z.looseObject({
  interfaces: z.array(interfaceSchema).max(1024),
  cpu: z.looseObject({
    model_name: words,
    frequency: z
      .union([z.string(), z.number().transform(String)])
      .nullish()
      .transform((value) => value ?? null),
    count: z.number(),
    architecture: z.string(),
    flags: z
      .array(z.string())
      .nullish()
      .transform((value) => value ?? []),
    socket_count: count,
  }),
  disks: z
    .array(diskSchema)
    .max(4096)
    .nullish()
    .transform((value) => value ?? []),
  memory: z
    .looseObject({ total: count, physical_mb: count })
    .nullish()
    .transform((value) => value ?? { total: 0, physical_mb: 0 }),
  bmc_address: text,
  system_vendor: z
    .looseObject({
      product_name: words,
      serial_number: words,
      manufacturer: words,
      firmware: firmware.default({ vendor: '', version: '', build_date: '' }),
    })
    .default({
      product_name: '',
      serial_number: '',
      manufacturer: '',
      firmware: { vendor: '', version: '', build_date: '' },
    }),
  // A boot mode that is not told is none: what the BMC said of it stays.
  boot: z
    .looseObject({ current_boot_mode: z.enum(['uefi', 'bios']).nullable().catch(null), pxe_interface: text })
    .nullish()
    .transform((value) => value ?? { current_boot_mode: null, pxe_interface: null }),
  hostname: words,
});

export const inspectionBody = z.looseObject({
  inventory: inventorySchema,
  boot_interface: text,
  error: text,
});

/** All of the body but the inventory, the verdict and the packed logs (megabytes of base64). */
export function pluginData(body: unknown): z.output<typeof jsonObject> {
  const { inventory: _i, error: _e, logs: _l, ...rest } = jsonObject.parse(body);
  return rest;
}
