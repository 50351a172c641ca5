/** Secrets never leave by the API, and their mask never comes back in. Pure. */
import { isSecretInstanceKey, isSecretKey, maskUrl } from '../secret-words.ts';
import type { Json, JsonObject } from '../store/records.ts';

export const MASK = '******';

/** `driver_info` with every value masked whose key tells of a secret, at any depth. */
export function maskSecrets(object: JsonObject): JsonObject {
  return maskObject(object, isSecretKey);
}

/** `instance_info`: as above, and the config drive (it holds the LCM token and user data). */
export function maskInstanceInfo(object: JsonObject): JsonObject {
  return maskObject(object, isSecretInstanceKey);
}

/** Whether any value in `json` is (or holds, as in a URL) the mask that we answer instead of a secret. */
export function holdsMask(json: Json): boolean {
  if (typeof json === 'string') return json.includes(MASK);
  if (json === null || typeof json !== 'object') return false;
  return Object.values(json).some(holdsMask);
}

function maskObject(object: JsonObject, secret: (key: string) => boolean): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      key,
      secret(key) && value !== null ? MASK : maskValue(value, secret),
    ]),
  );
}

function maskValue(value: Json, secret: (key: string) => boolean): Json {
  if (typeof value === 'string') return maskUrl(value, MASK);
  if (value === null || typeof value !== 'object') return value;
  if (isArray(value)) return value.map((item) => maskValue(item, secret));
  return maskObject(value, secret);
}

/** `Array.isArray` that narrows readonly arrays too. */
export function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
