/** Secrets never leave by the API, and their mask never comes back in. Pure. */
import type { Json, JsonObject } from '../json.ts';
import { isSecretInstanceKey, isSecretKey, MASK, withoutSecrets } from '../secret-words.ts';

/** `driver_info` with every value masked whose key tells of a secret, at any depth. */
export function maskSecrets(object: JsonObject): JsonObject {
  return withoutSecrets(object, { isSecret: isSecretKey, instead: () => MASK });
}

/** `instance_info`: as above, and the config drive (it holds the LCM token and user data). */
export function maskInstanceInfo(object: JsonObject): JsonObject {
  return withoutSecrets(object, { isSecret: isSecretInstanceKey, instead: () => MASK });
}

/** Whether any value in `json` is (or holds, as in a URL) the mask that we answer instead of a secret. */
export function holdsMask(json: Json): boolean {
  if (typeof json === 'string') return json.includes(MASK);
  if (json === null || typeof json !== 'object') return false;
  return Object.values(json).some(holdsMask);
}
