/** Who may use a BMC: one account, by HTTP Basic or by sessions (DSP0266 section 13). */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Credentials } from '../records.ts';

/** Idle seconds after which a session ends; and how many there can be at once, as on real BMCs. */
export const SESSION_TIMEOUT_S = 1800;
const MAX_SESSIONS = 16;

export type Session = { readonly id: string; readonly username: string; readonly token: string };

const sameSecret = (one: string, other: string): boolean => {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
};

export class Sessions {
  readonly #credentials: Credentials;
  readonly #clock: Clock;
  readonly #open = new Map<string, { readonly session: Session; usedAt: number }>();
  #lastId = 0;

  constructor(credentials: Credentials, clock: Clock) {
    this.#credentials = credentials;
    this.#clock = clock;
  }

  isAccount(username: string, password: string): boolean {
    // Both are compared, so that the time tells nothing about either.
    const name = sameSecret(username, this.#credentials.username);
    return sameSecret(password, this.#credentials.password) && name;
  }

  /** True for right credentials in an `Authorization: Basic` header. */
  isBasic(header: string): boolean {
    const [scheme, encoded = ''] = header.split(' ');
    if (scheme?.toLowerCase() !== 'basic') return false;
    const [username = '', ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
    return this.isAccount(username, password.join(':'));
  }

  /** A new session; null when all are in use. */
  create(): Session | null {
    this.#expire();
    if (this.#open.size >= MAX_SESSIONS) return null;
    this.#lastId += 1;
    const session: Session = {
      id: String(this.#lastId),
      username: this.#credentials.username,
      token: randomBytes(24).toString('hex'),
    };
    this.#open.set(session.id, { session, usedAt: this.#clock.now() });
    return session;
  }

  isToken(token: string): boolean {
    this.#expire();
    for (const entry of this.#open.values()) {
      if (!sameSecret(token, entry.session.token)) continue;
      entry.usedAt = this.#clock.now();
      return true;
    }
    return false;
  }

  get(id: string): Session | null {
    return this.#open.get(id)?.session ?? null;
  }

  list(): readonly Session[] {
    this.#expire();
    return [...this.#open.values()].map((entry) => entry.session);
  }

  end(id: string): boolean {
    return this.#open.delete(id);
  }

  #expire(): void {
    const oldest = this.#clock.now() - SESSION_TIMEOUT_S * 1000;
    for (const [id, entry] of this.#open) if (entry.usedAt < oldest) this.#open.delete(id);
  }
}
