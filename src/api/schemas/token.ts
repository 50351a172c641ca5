/** Tokens as administrators ask for them. */
import { z } from 'zod';
import { ROLES } from '../../store/words.ts';

/** Ten years. */
const LONGEST_DAYS = 3653;

export const tokenCreate = z.strictObject({
  /** Whose it is, or what for. */
  name: z.string().regex(/^[\w.@~-]{1,100}$/, 'has 1 to 100 letters, digits, ".", "_", "@", "~" or "-"'),
  role: z.enum(ROLES).default('reader'),
  /** Absent: the whole site. */
  project: z.string().min(1).max(255).nullable().default(null),
  /** Absent: it ends only when it is revoked. */
  days: z.int().min(1).max(LONGEST_DAYS).nullable().default(null),
});
