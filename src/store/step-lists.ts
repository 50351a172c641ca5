/** Queries on `step_lists`: deploy templates and runbooks, which are lists of steps with a name. */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import { decodeBoolean, decodeJson, decodeObject, encode, jsonObject } from './columns.ts';
import { type Page, pageOf } from './page.ts';
import type { ListedStep, StepListRecord } from './records/step-list.ts';
import type { Access, Tables } from './tables.ts';
import { takenError } from './taken.ts';
import type { StepListKind } from './words.ts';

const listedSteps: z.ZodType<readonly ListedStep[]> = z.array(
  z.object({ interface: z.string(), step: z.string(), args: jsonObject, rank: z.number() }),
);

export const STEP_LIST_SORT_KEYS = ['id', 'uuid', 'name', 'created_at', 'updated_at'] as const;
export type StepListSortKey = (typeof STEP_LIST_SORT_KEYS)[number];

export type StepListPage = Page<StepListSortKey> & {
  /** Only the public ones, and those that it owns. */
  readonly project?: string;
};

type NewStepList = Omit<StepListRecord, 'created_at' | 'updated_at'>;
type StepListPatch = Partial<Omit<NewStepList, 'uuid' | 'kind'>>;

export type StepListQueries = {
  /** Throws `conflict` when the uuid is taken, or the name by another list of the same kind. */
  insert(list: NewStepList): Promise<StepListRecord>;
  /** By uuid or by name. */
  find(kind: StepListKind, ident: string): Promise<StepListRecord | null>;
  /** Throws `not_found` for an unknown marker. */
  list(kind: StepListKind, page: StepListPage): Promise<readonly StepListRecord[]>;
  listByNames(kind: StepListKind, names: readonly string[]): Promise<readonly StepListRecord[]>;
  update(list: Pick<StepListRecord, 'uuid' | 'kind'>, patch: StepListPatch): Promise<StepListRecord>;
  delete(uuid: string): Promise<void>;
};

/** As Ironic calls them in its sentences (ironic/common/exception.py). */
const TITLES: Readonly<Record<StepListKind, string>> = {
  deploy_template: 'deploy template',
  runbook: 'runbook',
};

function decode({ id: _, ...row }: Selectable<Tables['step_lists']>): StepListRecord {
  const where = `step_lists, ${row.kind} ${row.uuid}`;
  return {
    ...row,
    steps: decodeJson(listedSteps, row.steps, `${where}, steps`),
    extra: decodeObject(row.extra, `${where}, extra`),
    disable_ramdisk: decodeBoolean(row.disable_ramdisk),
    public: decodeBoolean(row.public),
  };
}

const sentenceCase = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

function explainConflict(
  thrown: unknown,
  row: Pick<StepListRecord, 'uuid' | 'kind'> & StepListPatch,
): unknown {
  const noun = `A ${TITLES[row.kind]}`;
  return takenError(thrown, { table: 'step_lists', noun, row }) ?? thrown;
}

export function stepListQueries({ db, now, tell }: Access): StepListQueries {
  const select = (kind: StepListKind) => db.selectFrom('step_lists').selectAll().where('kind', '=', kind);
  return {
    async insert(list) {
      try {
        const columns = encode({ ...list, created_at: now(), updated_at: null });
        const row = db.insertInto('step_lists').values(columns).returningAll();
        return decode(await row.executeTakeFirstOrThrow());
      } catch (thrown) {
        throw explainConflict(thrown, list);
      }
    },
    async find(kind, ident) {
      const row = await select(kind)
        .where((is) => is.or([is('uuid', '=', ident.toLowerCase()), is('name', '=', ident)]))
        .executeTakeFirst();
      return row === undefined ? null : decode(row);
    },
    async list(kind, { project, ...page }) {
      const rows = await select(kind).execute();
      const theirs = rows.filter((row) => project === undefined || row.owner === project || row.public === 1);
      return pageOf(theirs, page, { noun: sentenceCase(TITLES[kind]), decode, tell });
    },
    async listByNames(kind, names) {
      if (names.length === 0) return [];
      return (
        await select(kind)
          .where('name', 'in', [...names])
          .orderBy('id')
          .execute()
      ).map(decode);
    },
    async update(list, patch) {
      try {
        const row = await db
          .updateTable('step_lists')
          .set({ ...encode(patch), updated_at: now() })
          .where('uuid', '=', list.uuid)
          .returningAll()
          .executeTakeFirstOrThrow();
        return decode(row);
      } catch (thrown) {
        throw explainConflict(thrown, { ...patch, uuid: list.uuid, kind: list.kind });
      }
    },
    async delete(uuid) {
      await db.deleteFrom('step_lists').where('uuid', '=', uuid).execute();
    },
  };
}
