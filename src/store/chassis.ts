/** Queries on `chassis`: what holds several nodes, as operators group them. */
import type { Selectable } from 'kysely';
import { decodeObject, encode } from './columns.ts';
import { missing, type Page, pageOf } from './page.ts';
import type { ChassisRecord } from './records/chassis.ts';
import type { Access, Tables } from './tables.ts';
import { takenError } from './taken.ts';

const NOUN = 'Chassis';

export const CHASSIS_SORT_KEYS = ['id', 'uuid', 'description', 'created_at', 'updated_at'] as const;

type ChassisPatch = Partial<Pick<ChassisRecord, 'description' | 'extra'>>;

export type ChassisQueries = {
  /** Throws `conflict` when the uuid is taken. */
  insert(chassis: Pick<ChassisRecord, 'uuid'> & ChassisPatch): Promise<ChassisRecord>;
  get(uuid: string): Promise<ChassisRecord | null>;
  /** Throws `not_found` for an unknown marker. */
  list(page: Page<(typeof CHASSIS_SORT_KEYS)[number]>): Promise<readonly ChassisRecord[]>;
  /** How many nodes are in it. */
  countNodes(uuid: string): Promise<number>;
  update(uuid: string, patch: ChassisPatch): Promise<ChassisRecord>;
  delete(uuid: string): Promise<void>;
};

function decode({ id: _, ...row }: Selectable<Tables['chassis']>): ChassisRecord {
  return { ...row, extra: decodeObject(row.extra, `chassis, chassis ${row.uuid}`) };
}

export function chassisQueries({ db, now, tell }: Access): ChassisQueries {
  const select = () => db.selectFrom('chassis').selectAll();
  return {
    async insert(chassis) {
      const record: ChassisRecord = {
        description: null,
        extra: {},
        ...chassis,
        created_at: now(),
        updated_at: null,
      };
      try {
        const insert = db.insertInto('chassis').values(encode(record)).returningAll();
        return decode(await insert.executeTakeFirstOrThrow());
      } catch (thrown) {
        throw takenError(thrown, { table: 'chassis', noun: 'A chassis', row: chassis }) ?? thrown;
      }
    },
    async get(uuid) {
      const row = await select().where('uuid', '=', uuid).executeTakeFirst();
      return row === undefined ? null : decode(row);
    },
    async list(page) {
      return pageOf(await select().execute(), page, { noun: NOUN, decode, tell });
    },
    async countNodes(uuid) {
      const row = await db
        .selectFrom('nodes')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('chassis_uuid', '=', uuid)
        .executeTakeFirstOrThrow();
      return row.count;
    },
    async update(uuid, patch) {
      const row = await db
        .updateTable('chassis')
        .set({ ...encode(patch), updated_at: now() })
        .where('uuid', '=', uuid)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) throw missing(NOUN, uuid);
      return decode(row);
    },
    async delete(uuid) {
      await db.deleteFrom('chassis').where('uuid', '=', uuid).execute();
    },
  };
}
