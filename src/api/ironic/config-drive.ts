/** The config drive as a client asks for it. */
import { IngotError } from '../../errors.ts';
import type { ConfigDriveRequest } from '../../lifecycle/lifecycle.ts';
import type { Verb } from '../../store/words.ts';
import type { ProvisionBody } from '../schemas/provision.ts';

/** Null when there is none. Throws `invalid_input` for a packed drive. */
export function configDriveOf(
  verb: Verb,
  given: ProvisionBody['configdrive'] | null,
): ConfigDriveRequest | null {
  if (given === null || given === undefined || given === '') return null;
  if (typeof given === 'string') {
    throw new IngotError(
      'invalid_input',
      `The config drive for "${verb}" is a packed volume or a URL, which ingot does not take yet`,
      {
        hint:
          'Give a JSON object with meta_data, user_data, network_data and vendor_data. ingot adds the addresses of the ' +
          'node and the token of its status call, which it could not do inside a packed volume.',
      },
    );
  }
  const { meta_data, user_data, network_data, vendor_data } = given;
  return {
    ...(meta_data === undefined ? {} : { meta_data }),
    ...(user_data === undefined ? {} : { user_data }),
    ...(network_data === undefined ? {} : { network_data }),
    ...(vendor_data === undefined ? {} : { vendor_data }),
  };
}
