/** Images as clients name them. */
import { z } from 'zod';
import { looseBoolean } from './common.ts';

export const imageBody = z.strictObject({
  source: z.string().max(4096),
  format: z.enum(['raw', 'qcow2']),
  checksum: z.strictObject({ algorithm: z.enum(['sha256', 'sha512']), value: z.string().max(128) }),
});

export const imageQuery = z.strictObject({ force: looseBoolean.default(false) });
