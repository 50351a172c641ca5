/** Queries on `jobs`. A partial unique index makes the running row the node's lock. */
import { type Insertable, type Kysely, type Selectable, sql, type Updateable } from 'kysely';
import { z } from 'zod';
import { IngotError } from '../errors.ts';
import {
  decodeJson,
  decodeObject,
  encode,
  jsonObject,
  violatesForeignKey,
  violatesUnique,
} from './columns.ts';
import { readable } from './damaged-rows.ts';
import { fixedQuery, onlyRow, queryByColumns, unplanned } from './fixed-query.ts';
import { holderOf, nodeLocked } from './node-lock.ts';
import { nodeNotFound } from './nodes.ts';
import type { CurrentJob, JobRecord, JobStep, Progress } from './records/job.ts';
import type { NewJob, Queries } from './store.ts';
import type { Access, Tables } from './tables.ts';

const jobStep: z.ZodType<JobStep> = z.object({ name: z.string(), args: jsonObject });
const jobSteps: z.ZodType<readonly JobStep[]> = z.array(jobStep);
const progress: z.ZodType<Progress> = z.object({
  percent: z.number(),
  bytes_done: z.number(),
  bytes_total: z.number(),
});

function decodeJob(row: Selectable<Tables['jobs']>): JobRecord {
  const where = `jobs, job ${row.id}`;
  return {
    ...row,
    steps: decodeJson(jobSteps, row.steps, `${where}, steps`),
    scratch: decodeObject(row.scratch, `${where}, scratch`),
    progress: row.progress === null ? null : decodeJson(progress, row.progress, `${where}, progress`),
  };
}

function freshJob(job: NewJob, now: string): Omit<JobRecord, 'id'> {
  return {
    asked_by: null,
    ...job,
    cursor: 0,
    attempt: 0,
    scratch: {},
    status: 'running',
    waiting_for: null,
    step_started_at: now,
    wake_at: null,
    deadline: null,
    progress: null,
    error: null,
    abort: null,
    created_at: now,
    updated_at: now,
  };
}

const BARE = ['id', 'node_uuid', 'verb', 'asked_by', 'status', 'cursor', 'deadline'] as const;

/** The step of the cursor, without the others being read; a damaged list has none, and its job says so when it ends. */
const CURRENT_STEP = sql<string | null>`CASE WHEN json_valid(steps)
  THEN json_extract(steps, '$[' || cursor || ']') END`;

/** As a constant, not a parameter: only so does SQLite use the index of running jobs. */
const RUNNING = sql.lit('running' as const);

export function jobQueries({ db, now, tell }: Access): Queries['jobs'] {
  const select = () => db.selectFrom('jobs').selectAll();
  const rowOf = fixedQuery(db, (id: number) => select().where('id', '=', id));
  const runningRowOf = fixedQuery(db, (nodeUuid: string) =>
    select().where('node_uuid', '=', nodeUuid).where('status', '=', RUNNING),
  );
  const lastRowOf = fixedQuery(db, (nodeUuid: string) =>
    select().where('node_uuid', '=', unplanned(nodeUuid)).orderBy('id', 'desc').limit(sql.lit(1)),
  );
  const insertRow = queryByColumns(db, (columns: Insertable<Tables['jobs']>) =>
    db.insertInto('jobs').values(columns).returningAll(),
  );
  const updateRow = queryByColumns(db, (columns: Updateable<Tables['jobs']>, id: number) =>
    db.updateTable('jobs').set(columns).where('id', '=', id).returningAll(),
  );
  const currentRowsOf = fixedQuery(db, (nodeUuids: string) =>
    db
      .selectFrom('jobs')
      .select(['id', 'node_uuid', 'waiting_for', 'abort'])
      .select(CURRENT_STEP.as('step'))
      .where('node_uuid', 'in', sql<string>`(SELECT value FROM json_each(${nodeUuids}))`)
      .where('status', '=', RUNNING),
  );
  const runningOf = async (nodeUuid: string): Promise<JobRecord | null> => {
    const [row] = (await runningRowOf(nodeUuid)).rows;
    return row === undefined ? null : decodeJob(row);
  };
  return {
    runningOf,
    async insert(job) {
      try {
        const { rows } = await insertRow(encode(freshJob(job, now())));
        return decodeJob(onlyRow(rows));
      } catch (thrown) {
        if (violatesForeignKey(thrown)) throw nodeNotFound(job.node_uuid);
        if (!violatesUnique(thrown, 'jobs.node_uuid')) throw thrown;
        const holder = await runningOf(job.node_uuid);
        const held = holder === null ? '' : `${holderOf(holder)} `;
        throw nodeLocked(job.node_uuid, {
          hint: `${held}Wait until it has ended; \`ingot node watch\` tells how far it is.`,
          cause: thrown,
        });
      }
    },
    async currentOf(nodeUuids) {
      const { rows } = await currentRowsOf(JSON.stringify(nodeUuids));
      const decode = ({ id, step, ...row }: (typeof rows)[number]): CurrentJob => ({
        ...row,
        step: step === null ? null : decodeJson(jobStep, step, `jobs, job ${id}, steps`),
      });
      return new Map(readable(rows, decode, tell).map((job) => [job.node_uuid, job]));
    },
    async get(id) {
      const [row] = (await rowOf(id)).rows;
      return row === undefined ? null : decodeJob(row);
    },
    async running() {
      const rows = await select().where('status', '=', RUNNING).orderBy('id').execute();
      return readable(rows, decodeJob, tell);
    },
    async lastOf(nodeUuid) {
      const [row] = (await lastRowOf(nodeUuid)).rows;
      return row === undefined ? null : decodeJob(row);
    },
    async update(id, patch) {
      const [row] = (await updateRow({ ...encode(patch), updated_at: now() }, id)).rows;
      if (row !== undefined) return decodeJob(row);
      throw new IngotError('not_found', `Job ${id} could not be found.`, {
        hint: 'Its node was deleted while the job ran.',
      });
    },
    async getBare(id) {
      return (await db.selectFrom('jobs').select(BARE).where('id', '=', id).executeTakeFirst()) ?? null;
    },
    async runningBare() {
      return await db.selectFrom('jobs').select(BARE).where('status', '=', RUNNING).orderBy('id').execute();
    },
    async updateUnread(id, patch) {
      await updateRow({ ...encode(patch), updated_at: now() }, id);
    },
  };
}

/** Forgets all but the newest `keep` ended jobs of one node. */
export function jobPruning(db: Kysely<Tables>): (nodeUuid: string, keep: number) => Promise<void> {
  const endedOf = fixedQuery(db, (nodeUuid: string, keep: number) =>
    db
      .selectFrom('jobs')
      .select('id')
      .where('node_uuid', '=', unplanned(nodeUuid))
      .where('status', '!=', RUNNING)
      .orderBy('id', 'desc')
      .limit(sql.lit(1))
      .offset(unplanned(keep)),
  );
  return async (nodeUuid, keep) => {
    const [ended] = (await endedOf(nodeUuid, keep)).rows;
    if (ended === undefined) return;
    await db
      .deleteFrom('jobs')
      .where('node_uuid', '=', nodeUuid)
      .where('status', '!=', 'running')
      .where('id', '<=', ended.id)
      .execute();
  };
}
