/** The config drive as a client asks for it. */
import { IngotError } from '../../../errors.ts';
import { givenParts } from '../../../lifecycle/deploy/config-drive-request.ts';
import { checkPackedDrive, isDriveUrl, refuseOddDrive } from '../../../lifecycle/deploy/packed-drive.ts';
import type { ConfigDriveGiven } from '../../../lifecycle/lifecycle.ts';
import type { Verb } from '../../../store/words.ts';
import type { ProvisionBody } from '../../schemas/provision.ts';

/** The microversions that first take a drive for a rebuild, an object, and vendor data in it. */
const SINCE = { rebuild: 35, object: 56, vendorData: 59 } as const;

type Given = ProvisionBody['configdrive'] | null;

/** What Ironic takes for none: an empty one too. */
export function orNone(given: Given): Given {
  return given === null || given === undefined || isEmpty(given) ? null : given;
}

/** A text is asked for its length: its keys would be a list of all its characters. */
export function isEmpty(value: string | object): boolean {
  return typeof value === 'string' ? value === '' : Object.keys(value).length === 0;
}

/** Throws `invalid_input`, as Ironic does, for what the microversion does not have. */
export function configDriveSince(verb: Verb, given: Given, minor: number): void {
  if (verb === 'rebuild' && given !== null && given !== undefined && minor < SINCE.rebuild) {
    const said = 'Adding a config drive is only supported when setting provision state to active';
    throw new IngotError('invalid_input', said, { hint: sendAtLeast(SINCE.rebuild) });
  }
  if (typeof given !== 'object' || given === null) return;
  if (minor < SINCE.object) throw tooNew('a JSON object for configdrive', SINCE.object);
  if (given.vendor_data !== undefined && minor < SINCE.vendorData)
    throw tooNew('vendor_data in configdrive', SINCE.vendorData);
}

/**
 * Null when there is none. Throws `invalid_input` or `too_large` for a packed drive of no use; a URL is asked when it
 * is needed.
 */
export async function configDriveOf(given: Given): Promise<ConfigDriveGiven | null> {
  if (given === null || given === undefined) return null;
  if (typeof given === 'string') {
    refuseOddDrive(given);
    if (!isDriveUrl(given)) await checkPackedDrive(given);
    return given;
  }
  return givenParts(given);
}

function tooNew(what: string, since: number): IngotError {
  const said = `Providing ${what} is only supported starting with API version 1.${since}`;
  return new IngotError('invalid_input', said, {
    hint: sendAtLeast(since),
  });
}

const sendAtLeast = (since: number): string => `Send X-OpenStack-Ironic-API-Version: 1.${since} or newer.`;
