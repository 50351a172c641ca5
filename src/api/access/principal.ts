/** Who asks: what the login has made of a request's credentials. */
import type { FastifyRequest } from 'fastify';
import { IngotError } from '../../errors.ts';
import { ROLES, type Role } from '../../store/words.ts';

export type Principal = {
  /** A user's or a token's name, for the log. */
  readonly name: string;
  readonly role: Role;
  /** Null: the whole site. Else only the nodes that this project owns or leases. */
  readonly project: string | null;
  /** Id of the token that was shown. */
  readonly token: string | null;
};

/** Who comes by the Unix socket, by a password (as in Ironic), or where no login is asked for. */
export function siteAdmin(name: string): Principal {
  return { name, role: 'admin', project: null, token: null };
}

/** Who calls where no login is asked for. */
export const ANYBODY = siteAdmin('anybody');

declare module 'fastify' {
  interface FastifyRequest {
    /** Null on routes that need no login. */
    principal: Principal | null;
  }
}

/** Throws `internal` on a route that needs no login: there nobody is known. */
export function principalOf({ principal }: Pick<FastifyRequest, 'principal'>): Principal {
  if (principal !== null) return principal;
  throw new IngotError('internal', 'A route that needs no login asks who is there', {
    hint: 'This is a defect in ingot: the catalog of routes is wrong.',
  });
}

/** Each role may do what those below it may (Keystone's implied roles). */
export function hasRole({ role }: Pick<Principal, 'role'>, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** For what a job remembers of its asker: nothing where nobody had to say who they are. */
export function askerOf(request: Pick<FastifyRequest, 'principal'>): { readonly askedBy?: string } {
  const principal = principalOf(request);
  return principal === ANYBODY ? {} : { askedBy: principal.name };
}
