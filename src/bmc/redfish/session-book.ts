/** Sessions that are open at BMCs, kept where the next life of the daemon finds those that a crash left behind. */
import { createHash } from 'node:crypto';
import type { RedfishTarget } from './driver-info.ts';

export type OpenSession = {
  readonly token: string;
  /** Path to delete it by. */
  readonly location: string;
};

export type SessionBook = {
  /** Those that an earlier life of the daemon opened with this key and did not end. */
  left(key: string): readonly OpenSession[];
  opened(key: string, session: OpenSession): void;
  /** Ended by us, or found to be over. */
  ended(key: string, session: OpenSession): void;
};

/** For one account of one BMC; tells nothing of the password. */
export function sessionKey({ origin, credentials }: RedfishTarget): string {
  const account = JSON.stringify([origin, credentials?.username ?? '']);
  return createHash('sha256').update(account).digest('hex').slice(0, 32);
}

/** For who needs no memory: nothing was left, and nothing is kept. */
export const NO_SESSION_BOOK: SessionBook = {
  left: () => [],
  opened: () => undefined,
  ended: () => undefined,
};
