/**
 * The password of a rescue, from the verb to the agent. Only its hash is kept, in `instance_info` as in Ironic, and
 * only until the ramdisk has it or the rescue has failed. Pure, but for the salt.
 */
import { IngotError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import { hashPassword, type PasswordHash } from './sha-crypt.ts';

const FIELD = 'hashed_rescue_password';
/** Ironic's word for it: nobody keeps it here, but a client may have written it. */
const PLAIN_FIELD = 'rescue_password';

/** `instance_info` with the hash of the password. Throws `invalid_input` for a password of nothing. */
export function withRescuePassword(
  info: JsonObject,
  { password, hash }: { readonly password: string | undefined; readonly hash: PasswordHash },
): JsonObject {
  if (password === undefined || password.trim() === '') {
    throw new IngotError(
      'invalid_input',
      'A non-empty "rescue_password" is required when setting target provision state to rescue',
      { hint: 'It is the password of the user "rescue" of the rescue system; choose a new one each time.' },
    );
  }
  return { ...withoutRescuePassword(info), [FIELD]: hashPassword(password, hash) };
}

export function withoutRescuePassword(info: JsonObject): JsonObject {
  const { [FIELD]: _hashed, [PLAIN_FIELD]: _plain, ...rest } = info;
  return rest;
}

/** Null when there is none. */
export function rescueHashOf({ instance_info }: Pick<NodeRecord, 'instance_info'>): string | null {
  const hash = instance_info[FIELD];
  return typeof hash === 'string' && hash !== '' ? hash : null;
}

/** Whom the rescue system lets in; upstream's ramdisk has the same user. */
const USER = 'rescue';

/** `ssh rescue@10.20.1.5`: how the rescue system of the node's boot is reached; null before its agent has called. */
export function rescueLogin({ agent }: Pick<NodeRecord, 'agent'>): string | null {
  if (agent === null || agent.callback_url === null || !URL.canParse(agent.callback_url)) return null;
  return `ssh ${USER}@${new URL(agent.callback_url).hostname}`;
}
