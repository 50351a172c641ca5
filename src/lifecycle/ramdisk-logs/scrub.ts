/**
 * Takes secrets out of a tar archive without taking it apart: each is overwritten by as many asterisks, so that sizes and
 * the headers' checksums stay right. What files in it are packed once more is not looked into. Pure.
 */
import { isSecretInstanceKey, isSecretKey, withoutSecrets } from '../../secret-words.ts';
import type { Json, JsonObject, NodeRecord } from '../../store/records.ts';

/** Shorter ones would be found in every other word. */
const SHORTEST_SECRET = 6;

/** Where a secret stands by its name: `agent_token=…`, `"rescue_password": "…"`, `'token': '…'`. */
const NAMED =
  /((?:agent_token|agent_secret_token|password|passwd|secret|configdrive)["']?\s*[=:]\s*["']?)([^\s"'&,;}\]\0]+)/gi;
/** A hash of crypt(3), as /etc/shadow has them. */
const HASHED = /\$(?:1|2[abxy]|5|6|7|y|gy)\$[./0-9A-Za-z$=,]{8,}/g;
/** The password in a URL. */
const IN_URL = /(\w:\/\/[^/@:\s\0]*:)([^/@\s\0]+)(?=@)/g;

export function scrubbed(archive: Buffer, secrets: readonly string[]): Buffer {
  let text = archive.toString('latin1');
  const known = secrets.filter((secret) => secret.length >= SHORTEST_SECRET).flatMap(spellingsOf);
  // One that stands within another must not leave the rest of that one readable.
  for (const spelt of known.toSorted((a, b) => b.length - a.length))
    text = text.replaceAll(Buffer.from(spelt).toString('latin1'), asterisks);
  text = text
    .replaceAll(NAMED, (_, before: string, secret: string) => before + asterisks(secret))
    .replaceAll(HASHED, asterisks)
    .replaceAll(IN_URL, (_, before: string, secret: string) => before + asterisks(secret));
  return Buffer.from(text, 'latin1');
}

/** As it is; within JSON; within JSON as Python writes it, which is ASCII only (json.dumps, `ensure_ascii`). */
function spellingsOf(secret: string): readonly string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  const inAscii = inJson.replaceAll(
    /[\u0080-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [...new Set([secret, inJson, inAscii])];
}

const asterisks = (secret: string): string => '*'.repeat(secret.length);

/** What of the node's own fields is secret. */
export function secretsOf({ driver_info, instance_info }: NodeRecord): readonly string[] {
  return [...secretsIn(driver_info, isSecretKey), ...secretsIn(instance_info, isSecretInstanceKey)];
}

function secretsIn(object: JsonObject, isSecret: (key: string) => boolean): readonly string[] {
  const found: string[] = [];
  withoutSecrets(object, {
    isSecret,
    instead: (secret) => {
      found.push(...textsIn(secret));
      return '';
    },
  });
  return found;
}

function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  return value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(textsIn);
}
