/** The file of users: `NAME:HASH` lines as `htpasswd -B` writes them and Ironic reads them. Pure. */

/** Ironic takes these three names of the one algorithm. */
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
/** Each step doubles the time of a check; this one takes about a second. */
const HIGHEST_COST = 14;

export type Users = ReadonlyMap<string, string>;
export type UserFile = {
  /** Name → hash. */
  readonly users: Users;
  readonly problems: readonly { readonly line: number; readonly sentence: string }[];
};

/** Of two lines with one name the first counts, as in Ironic. No hash ever stands in a problem. */
export function parseHtpasswd(text: string): UserFile {
  const users = new Map<string, string>();
  const problems: { line: number; sentence: string }[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    const problem = colon < 1 ? 'is not NAME:HASH' : problemOf(line.slice(colon + 1));
    if (problem !== null) problems.push({ line: index + 1, sentence: problem });
    else if (!users.has(line.slice(0, colon))) users.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return { users, problems };
}

function problemOf(hash: string): string | null {
  const cost = BCRYPT.exec(hash)?.[1];
  if (cost === undefined) return 'has no bcrypt hash ($2y$, $2a$ or $2b$): make it with "htpasswd -nB NAME"';
  return Number(cost) > HIGHEST_COST || Number(cost) < 4
    ? `has a bcrypt hash of cost ${Number(cost)}; from 4 to ${HIGHEST_COST} are taken, for each step doubles the time of every login`
    : null;
}
