/** What the operator asked to have on the config drive, as it stands in `instance_info.configdrive`. */
import { z } from 'zod';
import { IngotError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import { jsonObjectOf } from '../json.ts';
import type { ConfigDriveGiven, ConfigDriveRequest } from '../lifecycle.ts';
import { refuseOddDrive } from './packed-drive.ts';

const jsonObject = z.record(z.string(), z.unknown()).transform(jsonObjectOf);

const requestSchema = z.object({
  meta_data: jsonObject.optional(),
  user_data: z.string().optional(),
  network_data: jsonObject.optional(),
  vendor_data: jsonObject.optional(),
});

/** The request of the node's instance; an empty one when there is none. Throws `invalid_input`. */
export function configDriveGiven(node: Pick<NodeRecord, 'uuid' | 'instance_info'>): ConfigDriveGiven {
  const given = node.instance_info.configdrive;
  if (given === undefined || given === null || given === '') return {};
  if (typeof given === 'string') {
    refuseOddDrive(given);
    return given;
  }
  const parsed = requestSchema.safeParse(given);
  if (!parsed.success) {
    throw new IngotError(
      'invalid_input',
      `instance_info.configdrive of node ${node.uuid} is not understood.`,
      {
        hint: 'Give meta_data, user_data, network_data and vendor_data as a JSON object, or a packed volume as text.',
      },
    );
  }
  return givenParts(parsed.data);
}

/** The parts that are there, and nothing else. */
export function givenParts(
  parts: { readonly [Part in keyof ConfigDriveRequest]: ConfigDriveRequest[Part] | undefined },
): ConfigDriveRequest {
  const { meta_data, user_data, network_data, vendor_data } = parts;
  return {
    ...(meta_data === undefined ? {} : { meta_data }),
    ...(user_data === undefined ? {} : { user_data }),
    ...(network_data === undefined ? {} : { network_data }),
    ...(vendor_data === undefined ? {} : { vendor_data }),
  };
}

/** `instance_info` with the drive in it; without a new one the old stays, as in Ironic's rebuild. */
export function withConfigDrive(
  instanceInfo: JsonObject,
  given: ConfigDriveGiven | null | undefined,
): JsonObject {
  if (given === null || given === undefined) return instanceInfo;
  return { ...instanceInfo, configdrive: typeof given === 'string' ? given : jsonObjectOf(given) };
}
