/** The shapes of volume connectors and targets as clients write them, and of the queries on both. */
import { z } from 'zod';
import { jsonObject, sortedPaging, uuid } from './common.ts';

const object = jsonObject.nullish().transform((given) => given ?? {});

export const connectorWritable = z.strictObject({
  node_uuid: uuid,
  type: z.string().min(1).max(32),
  connector_id: z.string().min(1).max(255),
  extra: object,
});

export const targetWritable = z.strictObject({
  node_uuid: uuid,
  volume_type: z.string().min(1).max(64),
  boot_index: z.number().int().min(0),
  volume_id: z.string().min(1).max(255),
  properties: object,
  extra: object,
});

const named = { uuid: uuid.nullish() };
export const connectorCreate = connectorWritable.extend(named);
export const targetCreate = targetWritable.extend(named);

/** `node`: uuid or name. */
export const volumeListQuery = z.strictObject({ ...sortedPaging, node: z.string().optional() });
