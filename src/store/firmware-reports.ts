/** Queries on `firmware_reports`: BIOS settings and firmware components, one row a node. */
import { z } from 'zod';
import { decodeJson, encode } from './columns.ts';
import type { FirmwareReportRecord } from './records/firmware.ts';
import type { Access } from './tables.ts';

export type FirmwareReportQueries = {
  /** Takes the place of the node's earlier one. */
  put(report: FirmwareReportRecord): Promise<void>;
  get(nodeUuid: string): Promise<FirmwareReportRecord | null>;
};

const dated = { created_at: z.string(), updated_at: z.string().nullable() };
const number = z.number().nullable();
const truth = z.boolean().nullable();
const settings = z.array(
  z.object({
    name: z.string(),
    value: z.string().nullable(),
    attribute_type: z.string().nullable(),
    allowable_values: z.array(z.string()).nullable(),
    lower_bound: number,
    upper_bound: number,
    min_length: number,
    max_length: number,
    read_only: truth,
    reset_required: truth,
    unique: truth,
    ...dated,
  }),
);
const components = z.array(
  z.object({
    component: z.string(),
    current_version: z.string(),
    initial_version: z.string(),
    last_version_flashed: z.string().nullable(),
    ...dated,
  }),
);

export function firmwareReportQueries({ db }: Access): FirmwareReportQueries {
  return {
    async put(report) {
      const { node_uuid, ...columns } = encode(report);
      await db
        .insertInto('firmware_reports')
        .values({ node_uuid, ...columns })
        .onConflict((conflict) => conflict.column('node_uuid').doUpdateSet(columns))
        .execute();
    },
    async get(nodeUuid) {
      const row = await db
        .selectFrom('firmware_reports')
        .selectAll()
        .where('node_uuid', '=', nodeUuid)
        .executeTakeFirst();
      if (row === undefined) return null;
      const where = `firmware_reports, node ${nodeUuid}`;
      return {
        ...row,
        bios: decodeJson(settings, row.bios, where),
        components: decodeJson(components, row.components, where),
      };
    },
  };
}
