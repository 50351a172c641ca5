/**
 * Takes secrets out of a tar archive without taking it apart: each is overwritten by as many asterisks, so that sizes
 * and the headers' checksums stay right. What files in it are packed once more is not looked into. Pure.
 */
import { IngotError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json.ts';
import { isSecretInstanceKey, isSecretKey, withoutSecrets } from '../../secret-words.ts';
import type { NodeRecord } from '../../store/records/node.ts';

/** Shorter ones would be found in every other word. */
const SHORTEST_SECRET = 6;
/** Each is looked for in all of the archive, 25 ms for 16 MiB, and a config drive may hold texts without number. */
const MOST_SECRETS = 200;

/** Where a secret stands by its name: `agent_token=…`, `"rescue_password": "…"`, `'token': '…'`. */
const NAMED =
  /((?:agent_token|agent_secret_token|ingot-ticket|password|passwd|secret|configdrive)["']?\s*[=:]\s*["']?)([^\s"'&,;}\]\0]+)/gi;
/** A hash of crypt(3), as /etc/shadow has them. */
const HASHED = /\$(?:1|2[abxy]|5|6|7|y|gy)\$[./0-9A-Za-z$=,]{8,}/g;
/** The password in a URL. */
const IN_URL = /(\w:\/\/[^/@:\s\0]*:)([^/@\s\0]+)(?=@)/g;

/** Throws `invalid_input` for more secrets than can be looked for. */
export function scrubbed(archive: Buffer, secrets: readonly string[]): Buffer {
  let text = archive.toString('latin1');
  // The longest first: one that stands within another must not leave the rest of that one readable.
  for (const spelt of spellingsOf(secrets).toSorted((a, b) => b.length - a.length))
    text = text.replaceAll(Buffer.from(spelt).toString('latin1'), asterisks);
  text = text
    .replaceAll(NAMED, (_, before: string, secret: string) => before + asterisks(secret))
    .replaceAll(HASHED, asterisks)
    .replaceAll(IN_URL, (_, before: string, secret: string) => before + asterisks(secret));
  return Buffer.from(text, 'latin1');
}

function spellingsOf(secrets: readonly string[]): readonly string[] {
  const known = new Set(secrets.filter((secret) => secret.length >= SHORTEST_SECRET));
  if (known.size <= MOST_SECRETS) return [...new Set([...known].flatMap(inAllSpellings))];
  throw new IngotError(
    'invalid_input',
    `The logs of the ramdisk are not kept: the node has ${known.size} secrets to take out of them, more than ${MOST_SECRETS}.`,
    { hint: 'Look at the console of the machine instead; or put fewer, longer texts into its config drive.' },
  );
}

/** As it is; within JSON; within JSON as Python writes it, which is ASCII only (json.dumps, `ensure_ascii`). */
function inAllSpellings(secret: string): readonly string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  const inAscii = inJson.replaceAll(
    /[\u0080-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [secret, inJson, inAscii];
}

const asterisks = (secret: string): string => '*'.repeat(secret.length);

/** What of the node's own fields is secret. */
export function secretsOf({ driver_info, instance_info }: NodeRecord): readonly string[] {
  return [...secretsIn(driver_info, isSecretKey), ...secretsIn(instance_info, isSecretInstanceKey)];
}

function secretsIn(object: JsonObject, isSecret: (key: string) => boolean): readonly string[] {
  const found: (readonly string[])[] = [];
  withoutSecrets(object, {
    isSecret,
    instead: (secret) => {
      found.push(textsIn(secret));
      return '';
    },
  });
  return found.flat();
}

function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  return value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(textsIn);
}
