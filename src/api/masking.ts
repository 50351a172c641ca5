/** Secrets never leave by the API, and their mask never comes back in. Pure. */
import type { Json, JsonObject } from '../store/records.ts';

export const MASK = '******';

const SECRET_KEY =
  /pass(word|wd|phrase)|secret|token|credential|community|private|pull_secret|(auth|priv|api|access)_key/i;
const SECRET_INSTANCE_KEYS: ReadonlySet<string> = new Set(['configdrive', 'image_url']);

/** `driver_info` with every value masked whose key tells of a secret, at any depth. */
export function maskSecrets(object: JsonObject): JsonObject {
  return maskObject(object, (key) => SECRET_KEY.test(key));
}

/** `instance_info`: as above, and the config drive (it holds the LCM token and user data). */
export function maskInstanceInfo(object: JsonObject): JsonObject {
  return maskObject(object, (key) => SECRET_INSTANCE_KEYS.has(key) || SECRET_KEY.test(key));
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
  if (typeof value === 'string') return maskUrl(value);
  if (value === null || typeof value !== 'object') return value;
  if (isArray(value)) return value.map((item) => maskValue(item, secret));
  return maskObject(value, secret);
}

const SECRET_PARAMETER = /sig|token|secret|passw|credential|key/i;

/** A URL without its user's password and without what signs it (`?X-Amz-Signature=…`, `?token=…`); else the text. */
function maskUrl(text: string): string {
  if (!/^\w+:\/\//.test(text)) return text;
  return text
    .replace(/^(\w+:\/\/[^/@:\s]*):[^/@\s]*@/, `$1:${MASK}@`)
    .replaceAll(/([?&])([^?=&#]*)=[^&#]+/g, (whole, before: string, name: string) =>
      SECRET_PARAMETER.test(name) ? `${before}${name}=${MASK}` : whole,
    );
}

/** `Array.isArray` that narrows readonly arrays too. */
export function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
