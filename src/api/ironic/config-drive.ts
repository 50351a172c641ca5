/** The config drive as a client asks for it. */
import { IngotError } from '../../errors.ts';
import type { ConfigDriveRequest } from '../../lifecycle/lifecycle.ts';
import type { Verb } from '../../store/words.ts';
import type { ProvisionBody } from '../schemas/provision.ts';

/** The microversions that first take an object, and vendor data in it. */
const SINCE = { object: 56, vendorData: 59 } as const;

type Given = ProvisionBody['configdrive'] | null;

/** What Ironic takes for none: an empty one too. */
export function orNone(given: Given): Given {
  return given === null || given === undefined || Object.keys(given).length === 0 ? null : given;
}

/** Throws `invalid_input`, as Ironic does, for what the microversion does not have. */
export function configDriveSince(given: Given, minor: number): void {
  if (typeof given !== 'object' || given === null) return;
  if (minor < SINCE.object) throw tooNew('a JSON object for configdrive', SINCE.object);
  if (given.vendor_data !== undefined && minor < SINCE.vendorData)
    throw tooNew('vendor_data in configdrive', SINCE.vendorData);
}

/** Null when there is none. Throws `invalid_input` for a packed drive. */
export function configDriveOf(verb: Verb, given: Given): ConfigDriveRequest | null {
  if (given === null || given === undefined) return null;
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

function tooNew(what: string, since: number): IngotError {
  const said = `Providing ${what} is only supported starting with API version 1.${since}`;
  return new IngotError('invalid_input', said, {
    hint: `Send X-OpenStack-Ironic-API-Version: 1.${since} or newer.`,
  });
}
