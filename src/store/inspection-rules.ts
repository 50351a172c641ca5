/** Queries on `inspection_rules`: what is done with what an inspection finds. */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Json } from '../json.ts';
import { decodeBoolean, decodeJson, encode } from './columns.ts';
import { missing, type Page, pageOf } from './page.ts';
import type { InspectionRuleRecord, RuleOperationRecord } from './records/inspection.ts';
import type { Access, Tables } from './tables.ts';
import { takenError } from './taken.ts';

const NOUN = 'Rule';

export const INSPECTION_RULE_SORT_KEYS = [
  ...(['id', 'uuid', 'description', 'priority', 'sensitive', 'phase', 'created_at', 'updated_at'] as const),
];

type RulePatch = Partial<Omit<InspectionRuleRecord, 'uuid' | 'created_at' | 'updated_at'>>;

export type InspectionRuleQueries = {
  /** Throws `conflict` when the uuid is taken. */
  insert(rule: Pick<InspectionRuleRecord, 'uuid' | 'actions'> & RulePatch): Promise<InspectionRuleRecord>;
  get(uuid: string): Promise<InspectionRuleRecord | null>;
  /** Throws `not_found` for an unknown marker. */
  list(
    filter: Page<(typeof INSPECTION_RULE_SORT_KEYS)[number]> & { readonly phase?: string },
  ): Promise<readonly InspectionRuleRecord[]>;
  /** The oldest first. */
  all(): Promise<readonly InspectionRuleRecord[]>;
  update(uuid: string, patch: RulePatch): Promise<InspectionRuleRecord>;
  delete(uuid: string): Promise<void>;
};

const json: z.ZodType<Json> = z.json();
const listOrObject = z.union([z.array(json), z.record(z.string(), json)]);
const operations: z.ZodType<readonly RuleOperationRecord[]> = z.array(
  z.object({
    op: z.string(),
    args: listOrObject,
    loop: listOrObject.optional(),
    multiple: z.enum(['any', 'all', 'first', 'last']).optional(),
  }),
);

function decode({ id: _, ...row }: Selectable<Tables['inspection_rules']>): InspectionRuleRecord {
  const where = `inspection_rules, rule ${row.uuid}`;
  return {
    ...row,
    sensitive: decodeBoolean(row.sensitive),
    conditions: decodeJson(operations, row.conditions, where),
    actions: decodeJson(operations, row.actions, where),
  };
}

export function inspectionRuleQueries({ db, now, tell }: Access): InspectionRuleQueries {
  const select = () => db.selectFrom('inspection_rules').selectAll();
  return {
    async insert(rule) {
      const record: InspectionRuleRecord = {
        description: null,
        priority: 0,
        sensitive: false,
        phase: 'main',
        conditions: [],
        ...rule,
        created_at: now(),
        updated_at: null,
      };
      try {
        const insert = db.insertInto('inspection_rules').values(encode(record)).returningAll();
        return decode(await insert.executeTakeFirstOrThrow());
      } catch (thrown) {
        throw takenError(thrown, { table: 'inspection_rules', noun: 'A rule', row: rule }) ?? thrown;
      }
    },
    async get(uuid) {
      const row = await select().where('uuid', '=', uuid).executeTakeFirst();
      return row === undefined ? null : decode(row);
    },
    async list({ phase, ...page }) {
      const query = phase === undefined ? select() : select().where('phase', '=', phase);
      return pageOf(await query.execute(), page, { noun: NOUN, decode, tell });
    },
    async all() {
      return (await select().orderBy('id').execute()).map(decode);
    },
    async update(uuid, patch) {
      const row = await db
        .updateTable('inspection_rules')
        .set({ ...encode(patch), updated_at: now() })
        .where('uuid', '=', uuid)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) throw missing(NOUN, uuid);
      return decode(row);
    },
    async delete(uuid) {
      await db.deleteFrom('inspection_rules').where('uuid', '=', uuid).execute();
    },
  };
}
