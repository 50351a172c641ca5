/** What a deployed OS reports. */
import { z } from 'zod';
import { oneLine } from '../../plain-text.ts';

const line = (longest: number) =>
  z
    .string()
    .max(longest)
    .transform((said) => oneLine(said));

export const lcmStatusBody = z.strictObject({
  /** A word or two of the sender's choice: `up`, `configured`, `failed`, ... */
  status: z
    .string()
    .min(1)
    .max(64)
    .transform((said) => oneLine(said)),
  message: line(4096).nullish(),
  hostname: line(255).nullish(),
  addresses: z.array(line(64)).max(256).default([]),
});
