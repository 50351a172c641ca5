/** Bearer tokens of the API: made here, shown once, kept as a digest. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { TokenRecord } from '../../store/records/token.ts';

/** `ingot_` so that scanners of leaked secrets find it; then the id that revokes it, then the secret. */
const SHAPE = /^ingot_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

export type NewToken = { readonly id: string; readonly text: string; readonly digest: string };

export function newToken(): NewToken {
  const id = randomBytes(8).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  return { id, text: `ingot_${id}_${secret}`, digest: digestOf(secret) };
}

/** The parts of a token as it was shown; null for what cannot be one. */
export function readToken(text: string): { readonly id: string; readonly secret: string } | null {
  const [, id, secret] = SHAPE.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}

/** In constant time. 256 random bits need no slow digest: nobody can try them all. */
export function isSecretOf({ digest }: Pick<TokenRecord, 'digest'>, secret: string): boolean {
  return timingSafeEqual(Buffer.from(digest, 'hex'), Buffer.from(digestOf(secret), 'hex'));
}

/** `expires_at` null: never. `now` in milliseconds since the epoch. */
export function isOver({ expires_at }: Pick<TokenRecord, 'expires_at'>, now: number): boolean {
  return expires_at !== null && Date.parse(expires_at) <= now;
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
