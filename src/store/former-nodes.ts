/**
 * Where the generations of deleted nodes ended. Tokens are made of a node's uuid and its generations
 * (lifecycle/agents/tokens.ts): one enrolled again under its uuid counts on, or what the earlier one’s agent and
 * system were given would be good for it.
 */
import { sql } from 'kysely';
import { fixedQuery } from './fixed-query.ts';
import type { NodeRecord } from './records/node.ts';
import type { Access } from './tables.ts';

export type Generations = Pick<NodeRecord, 'boot_generation' | 'instance_generation'>;

export type FormerNodes = {
  /** What a node of that uuid begins with; nothing unless there was one that ever booted. */
  generationsOf(uuid: string): Promise<Partial<Generations>>;
  /** Before the node is deleted. One that was never booted has no token, and leaves nothing. */
  remember(uuid: string): Promise<void>;
};

export function formerNodes({ db }: Pick<Access, 'db'>): FormerNodes {
  const rowOf = fixedQuery(db, (uuid: string) =>
    db.selectFrom('former_nodes').select(['boot_generation', 'instance_generation']).where('uuid', '=', uuid),
  );
  return {
    generationsOf: async (uuid) => (await rowOf(uuid)).rows[0] ?? {},
    remember: async (uuid) => {
      // The last generation is the old one's, too.
      await sql`INSERT INTO former_nodes (uuid, boot_generation, instance_generation)
        SELECT uuid, boot_generation + 1, instance_generation + 1 FROM nodes
          WHERE uuid = ${uuid} AND boot_generation + instance_generation > 0
        ON CONFLICT (uuid) DO UPDATE SET boot_generation = excluded.boot_generation,
          instance_generation = excluded.instance_generation`.execute(db);
    },
  };
}
