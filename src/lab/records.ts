/** What a lab keeps in its folder, and what its user asks for. Files are parsed with these schemas. */
import { z } from 'zod';
import { type Ipv4, parseIpv4 } from '../net/ipv4.ts';
import { type Mac, parseMac } from '../net/mac.ts';

const ipv4 = z.custom<Ipv4>((value) => typeof value === 'string' && parseIpv4(value) !== null);
const mac = z.custom<Mac>((value) => typeof value === 'string' && parseMac(value) === value);

export const machineRequestSchema = z.strictObject({
  /** Also the folder's and the node's name. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,30}$/, 'must be lower-case letters, digits and hyphens'),
  firmware: z.enum(['bios', 'uefi']),
  disk_gib: z.int().min(1).max(1024).default(8),
  memory_mib: z.int().min(256).max(65_536).default(2048),
  cpus: z.int().min(1).max(16).default(1),
  /** The processor; ARM64 has UEFI only. */
  arch: z.enum(['x86_64', 'aarch64']).default('x86_64'),
  /** Starts with Secure Boot on, and Microsoft's keys enrolled (UEFI only). Its BMC can change it. */
  secure_boot: z.boolean().default(false),
});

/** One virtual machine as its user asks for it. */
export type MachineRequest = z.output<typeof machineRequestSchema>;
export type Firmware = MachineRequest['firmware'];

export type LabRequest = {
  /** Absolute path of the lab's folder. */
  readonly dir: string;
  readonly machines: readonly MachineRequest[];
};

const nicSchema = z.strictObject({ mac, tap: z.string() });

const machinePlanSchema = machineRequestSchema.extend({
  uuid: z.string(),
  serial: z.string(),
  bmc_address: ipv4,
  /** The NIC that boots. */
  pxe: nicSchema,
  lcm: nicSchema,
  disk: z.strictObject({ path: z.string(), serial: z.string(), wwn: z.string() }),
  folder: z.string(),
  console: z.string(),
  vars: z.string(),
  qmp: z.string(),
});

/** One virtual machine with every name, address and path that follows from the request. */
export type MachinePlan = Readonly<z.output<typeof machinePlanSchema>>;

const isolationSchema = z.enum(['root', 'user-namespace']);
/** By whose right the namespaces are made: root's, or the user's own inside a user namespace. */
export type Isolation = z.output<typeof isolationSchema>;

export const labSchema = z.strictObject({
  kind: z.literal('ingot-lab'),
  version: z.literal(1),
  /** Stands as `INGOT_LAB` in the environment of every process of this lab; so `down` finds them all. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  dir: z.string(),
  isolation: isolationSchema,
  accelerator: z.enum(['tcg', 'kvm']),
  created_at: z.string(),
  machines: z.array(machinePlanSchema),
});

/** `lab.json`: the facts of one lab. No secret is in it. */
export type Lab = Readonly<z.output<typeof labSchema>>;

export const keeperStateSchema = z.strictObject({
  pid: z.int().positive(),
  state: z.enum(['starting', 'ready', 'failed']),
  error: z.strictObject({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
});

/** `keeper.json`: how far the keeper got. */
export type KeeperState = z.output<typeof keeperStateSchema>;

export const credentialsSchema = z.strictObject({ username: z.string().min(1), password: z.string().min(1) });

/** `credentials.json` (mode 0600): the account on every BMC of the lab. */
export type Credentials = Readonly<z.output<typeof credentialsSchema>>;
