/** Which words tell of a secret, for all that show, take or log a node's fields. Pure. */
import { isArray, type Json, type JsonObject } from './json.ts';

/** What stands in the place of a secret, as in Ironic. */
export const MASK = '******';

const SECRET_KEY =
  /pass(word|wd|phrase)|secret|token|credential|community|private|pull_secret|(auth|priv|api|access)_key/i;
/** What Ironic masks besides, by oslo.utils' list of words (`strutils._SANITIZE_KEYS`), such as `sslkey`. */
const SECRET_IN_OSLO =
  /(admin|new)_?pass|pswd|encrypted_key|[a-z]key$|kek$|configdrive|rabbitcookie|swifthashsuffix|cephclusterfsid/i;
/** What no log line tells besides: what a client logs in with, and what a config drive is made of. */
const SECRET_LOG_FIELDS: ReadonlySet<string> = new Set(['authorization', 'user_data']);
const SECRET_PARAMETER = /sig|token|secret|passw|credential|key/i;

/** Whether the value of this key of `driver_info` is a secret. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key) || SECRET_IN_OSLO.test(key);
}

/** Of `instance_info`: as above (the config drive, too: it holds the LCM token), and a URL that may be signed. */
export function isSecretInstanceKey(key: string): boolean {
  return key === 'image_url' || isSecretKey(key);
}

/** Of a log line's fields: as above, and what requests and config drives are made of. */
export function isSecretLogField(name: string): boolean {
  return SECRET_LOG_FIELDS.has(name) || isSecretInstanceKey(name);
}

type Replacement = {
  readonly isSecret: (key: string) => boolean;
  /** What stands in the place of a secret. */
  readonly instead: (secret: Json) => string;
};

/** `object` with something else for every secret in it, at any depth: by its key, or within a URL. A null is none. */
export function withoutSecrets(object: JsonObject, replacement: Replacement): JsonObject {
  const { isSecret, instead } = replacement;
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      key,
      isSecret(key) && value !== null ? instead(value) : valueWithout(value, replacement),
    ]),
  );
}

/** Whether there is any secret in `object` that `withoutSecrets` would take out. */
export function holdsSecret(object: JsonObject, isSecret: Replacement['isSecret']): boolean {
  let found = false;
  const instead = (): string => {
    found = true;
    return '';
  };
  withoutSecrets(object, { isSecret, instead });
  return found;
}

function valueWithout(value: Json, replacement: Replacement): Json {
  if (typeof value === 'string') return urlWithout(value, replacement.instead);
  if (value === null || typeof value !== 'object') return value;
  if (isArray(value)) return value.map((item) => valueWithout(item, replacement));
  return withoutSecrets(value, replacement);
}

/** A URL without its user's password and what signs it (`?X-Amz-Signature=…`, `?token=…`); else the text. */
function urlWithout(text: string, instead: (secret: string) => string): string {
  if (!/^\w+:\/\//.test(text)) return text;
  return text
    .replace(
      /^(\w+:\/\/[^/@:\s]*:)([^/@\s]*)@/,
      (_, before: string, secret: string) => `${before}${instead(secret)}@`,
    )
    .replaceAll(/([?&][^?=&#]*=)([^&#]+)/g, (whole, before: string, secret: string) =>
      SECRET_PARAMETER.test(before) ? before + instead(secret) : whole,
    );
}
