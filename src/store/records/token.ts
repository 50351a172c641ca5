/** Bearer tokens of the API. */
import type { Role } from '../words.ts';

/** A bearer token of the API. The secret itself is known to its holder only. */
export type TokenRecord = {
  /** 16 hex digits, the open part of the token. */
  readonly id: string;
  /** Whose it is, or what for; each name once. */
  readonly name: string;
  readonly role: Role;
  /** Null: the whole site. Else the nodes whose `owner` or `lessee` this is. */
  readonly project: string | null;
  /** SHA-256 of the secret, in hex. */
  readonly digest: string;
  readonly created_at: string;
  readonly expires_at: string | null;
};
