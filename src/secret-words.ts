/** Which words tell of a secret, for all that show or take a node's fields. Pure. */

const SECRET_KEY =
  /pass(word|wd|phrase)|secret|token|credential|community|private|pull_secret|(auth|priv|api|access)_key/i;
const SECRET_INSTANCE_KEYS: ReadonlySet<string> = new Set(['configdrive', 'image_url']);
const SECRET_PARAMETER = /sig|token|secret|passw|credential|key/i;

/** Whether the value of this key of `driver_info` is a secret. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key);
}

/** Of `instance_info`: as above, and the config drive (it holds the LCM token and user data). */
export function isSecretInstanceKey(key: string): boolean {
  return SECRET_INSTANCE_KEYS.has(key) || isSecretKey(key);
}

/** A URL with `mask` for its user's password and for what signs it (`?X-Amz-Signature=…`, `?token=…`); else the text. */
export function maskUrl(text: string, mask: string): string {
  if (!/^\w+:\/\//.test(text)) return text;
  return text
    .replace(/^(\w+:\/\/[^/@:\s]*):[^/@\s]*@/, `$1:${mask}@`)
    .replaceAll(/([?&])([^?=&#]*)=[^&#]+/g, (whole, before: string, name: string) =>
      SECRET_PARAMETER.test(name) ? `${before}${name}=${mask}` : whole,
    );
}
