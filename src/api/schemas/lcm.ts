/** What a deployed OS reports. */
import { z } from 'zod';

export const lcmStatusBody = z.strictObject({
  /** A word or two of the sender's choice: `up`, `configured`, `failed`, ... */
  status: z.string().min(1).max(64),
  message: z.string().max(4096).nullish(),
  hostname: z.string().max(255).nullish(),
  addresses: z.array(z.string().max(64)).max(256).default([]),
});
