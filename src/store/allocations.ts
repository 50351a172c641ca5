/** Queries on `allocations`: requests for a node, and which node each has. */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import { decodeJson, decodeObject, encode } from './columns.ts';
import { readable } from './damaged-rows.ts';
import { missing, type Page, pageOf } from './page.ts';
import type { AllocationRecord } from './records/allocation.ts';
import type { Access, Tables } from './tables.ts';
import { takenError } from './taken.ts';

const NOUN = 'Allocation';

export const ALLOCATION_SORT_KEYS = [
  ...(['id', 'uuid', 'name', 'node_uuid', 'state', 'owner', 'resource_class', 'last_error'] as const),
  ...(['created_at', 'updated_at'] as const),
];

export type AllocationFilter = Page<(typeof ALLOCATION_SORT_KEYS)[number]> & {
  readonly node_uuid?: string;
  readonly resource_class?: string;
  readonly state?: string;
  readonly owner?: string;
};
type AllocationPatch = Partial<Omit<AllocationRecord, 'uuid' | 'created_at' | 'updated_at'>>;

/** A node that an allocation may get, as far as the choice needs to know it. */
export type FreeNode = {
  readonly uuid: string;
  readonly name: string | null;
  /** It has all the traits that are asked for. */
  readonly suitable: boolean;
  /** A job of the node is at work. */
  readonly locked: boolean;
};

type Wanted = Pick<AllocationRecord, 'resource_class' | 'owner' | 'candidate_nodes' | 'traits'>;

export type AllocationQueries = {
  /** Begins as `allocating`, without a node. Throws `conflict` when uuid or name is taken. */
  insert(allocation: Pick<AllocationRecord, 'uuid'> & AllocationPatch): Promise<AllocationRecord>;
  /** By uuid or by name. */
  find(ident: string): Promise<AllocationRecord | null>;
  /** Throws `not_found` for an unknown marker. */
  list(filter: AllocationFilter): Promise<readonly AllocationRecord[]>;
  /** uuids of those that nobody has decided on, the oldest first. */
  undecided(): Promise<readonly string[]>;
  ofNode(nodeUuid: string): Promise<AllocationRecord | null>;
  /**
   * Available nodes that are nobody's, not in maintenance, and known to their BMC; the oldest first. Of the candidates
   * only, where there are any.
   */
  freeNodes(wanted: Wanted): Promise<readonly FreeNode[]>;
  update(uuid: string, patch: AllocationPatch): Promise<AllocationRecord>;
  /** Its node, if it has one, is in no allocation then. */
  delete(uuid: string): Promise<void>;
};

const words = z.array(z.string());

function decode({ id: _, ...row }: Selectable<Tables['allocations']>): AllocationRecord {
  const where = `allocations, allocation ${row.uuid}`;
  return {
    ...row,
    candidate_nodes: decodeJson(words, row.candidate_nodes, where),
    traits: decodeJson(words, row.traits, where),
    extra: decodeObject(row.extra, where),
  };
}

function explainConflict(thrown: unknown, row: Partial<AllocationRecord>): unknown {
  return takenError(thrown, { table: 'allocations', noun: 'An allocation', row }) ?? thrown;
}

export function allocationQueries({ db, now, tell }: Access): AllocationQueries {
  const select = () => db.selectFrom('allocations').selectAll();
  return {
    async insert(allocation) {
      const record: AllocationRecord = {
        name: null,
        node_uuid: null,
        state: 'allocating',
        owner: null,
        resource_class: null,
        candidate_nodes: [],
        traits: [],
        extra: {},
        last_error: null,
        ...allocation,
        created_at: now(),
        updated_at: null,
      };
      try {
        const insert = db.insertInto('allocations').values(encode(record)).returningAll();
        return decode(await insert.executeTakeFirstOrThrow());
      } catch (thrown) {
        throw explainConflict(thrown, allocation);
      }
    },
    async find(ident) {
      const row =
        (await select().where('uuid', '=', ident.toLowerCase()).executeTakeFirst()) ??
        (await select().where('name', '=', ident).executeTakeFirst());
      return row === undefined ? null : decode(row);
    },
    async list({ node_uuid, resource_class, state, owner, ...page }) {
      let query = select();
      if (node_uuid !== undefined) query = query.where('node_uuid', '=', node_uuid);
      if (resource_class !== undefined) query = query.where('resource_class', '=', resource_class);
      if (owner !== undefined) query = query.where('owner', '=', owner);
      const rows = await query.execute();
      const found = state === undefined ? rows : rows.filter((row) => row.state === state);
      return pageOf(found, page, { noun: NOUN, decode, tell });
    },
    async undecided() {
      const rows = await db
        .selectFrom('allocations')
        .select('uuid')
        .where('state', '=', 'allocating')
        .orderBy('id')
        .execute();
      return rows.map(({ uuid }) => uuid);
    },
    async ofNode(nodeUuid) {
      const row = await select().where('node_uuid', '=', nodeUuid).executeTakeFirst();
      return row === undefined ? null : decode(row);
    },
    async freeNodes({ resource_class, owner, candidate_nodes: candidates, traits: wanted }) {
      let query = db
        .selectFrom('nodes')
        .leftJoin('jobs', (join) =>
          join.onRef('jobs.node_uuid', '=', 'nodes.uuid').on('jobs.status', '=', 'running'),
        )
        .select(['nodes.uuid', 'nodes.name', 'nodes.traits', 'jobs.id as job'])
        .where('nodes.provision_state', '=', 'available')
        .where('nodes.maintenance', '=', 0)
        .where('nodes.instance_uuid', 'is', null)
        .where('nodes.power_state', 'is not', null)
        .where('nodes.resource_class', 'is', resource_class)
        .orderBy('nodes.id');
      if (owner !== null)
        query = query.where((where) =>
          where.or([where('nodes.owner', '=', owner), where('nodes.lessee', '=', owner)]),
        );
      if (candidates.length > 0) query = query.where('nodes.uuid', 'in', [...candidates]);
      const has = (uuid: string, column: string): boolean => {
        const traits = decodeJson(words, column, `nodes, node ${uuid}, traits`);
        return wanted.every((trait) => traits.includes(trait));
      };
      type Row = { uuid: string; name: string | null; traits: string; job: number | null };
      const decodeFree = ({ uuid, name, traits, job }: Row): FreeNode => ({
        uuid,
        name,
        // A site's every node is looked at for each allocation: what nobody asks for is not read.
        suitable: wanted.length === 0 || has(uuid, traits),
        locked: job !== null,
      });
      return readable(await query.execute(), decodeFree, tell, ({ uuid }) => uuid);
    },
    async update(uuid, patch) {
      try {
        const row = await db
          .updateTable('allocations')
          .set({ ...encode(patch), updated_at: now() })
          .where('uuid', '=', uuid)
          .returningAll()
          .executeTakeFirst();
        if (row !== undefined) return decode(row);
      } catch (thrown) {
        throw explainConflict(thrown, patch);
      }
      throw missing(NOUN, uuid);
    },
    async delete(uuid) {
      await db.deleteFrom('allocations').where('uuid', '=', uuid).execute();
    },
  };
}
