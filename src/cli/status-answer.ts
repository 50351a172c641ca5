import { z } from 'zod';

/** What `ingot status` shows of it to a human. */
export const statusDetails = z.object({
  version: z.string(),
  uptime_s: z.number(),
  resident_mib: z.number(),
  listeners: z.array(z.object({ name: z.string(), at: z.string(), problem: z.string().nullable() })),
  missing: z.array(z.string()),
  disk: z.object({ free_mib: z.number(), problem: z.string().nullable() }).nullish(),
  counters: z.record(z.string(), z.number()),
  other_dhcp_servers: z.array(
    z.object({ network: z.string(), address: z.string(), mac: z.string().nullable(), last_seen: z.string() }),
  ),
  leases: z.number(),
  running_jobs: z.number(),
  bmc_troubles: z.record(z.string(), z.number()).default({}),
  nodes_by_state: z.record(z.string(), z.number()),
});
export type StatusDetails = z.output<typeof statusDetails>;
