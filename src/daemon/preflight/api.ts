/** How the operators' API is guarded: logins, the file of users, the certificate. */
import type { Config } from '../../config/schema.ts';
import { asIngotError } from '../../errors.ts';
import { endOf, readCertificatePair } from '../listeners/certificate-pair.ts';
import { groupId } from '../listeners/unix-group.ts';
import { loadBcrypt } from '../passwords/bcrypt.ts';
import { readPasswordFile } from '../passwords/password-file.ts';
import { bad, type Finding, good, warning } from './finding.ts';

/** A certificate that ends sooner is told. */
const SOON_MS = 30 * 24 * 3600 * 1000;

/** `now`: milliseconds since the epoch. */
export async function checkApi({ api }: Pick<Config, 'api'>, now: number): Promise<readonly Finding[]> {
  const { htpasswd, tls, socket_group: group } = api;
  return [
    judgeReach(api),
    ...(htpasswd === null || !api.auth.includes('basic') ? [] : await checkUsers(htpasswd)),
    ...(tls === null ? [] : [await checkCertificate(tls, now)]),
    ...(group === null ? [] : [await checkGroup(group)]),
  ];
}

/** Who can do what with the port, as it is configured. Pure. */
function judgeReach({ auth, listen, tls }: Config['api']): Finding {
  if (listen.startsWith('127.')) return good('api', `The API on ${listen} is for this machine only`);
  if (auth.length === 0)
    return warning(
      'api',
      `The API on ${listen} asks nobody who they are: whoever reaches it may erase every node`,
      'Set api.auth (docs/api-access.md), or let api.listen be an address that only operators reach.',
    );
  if (tls === null)
    return warning(
      'api',
      `Passwords and tokens travel to the API on ${listen} in the clear`,
      'Set api.tls (docs/api-access.md), or put a proxy with TLS before it.',
    );
  return good('api', `The API on ${listen} speaks TLS and asks for a login (${auth.join(', ')})`);
}

async function checkUsers(path: string): Promise<readonly Finding[]> {
  try {
    loadBcrypt();
    const { users, problems } = await readPasswordFile(path);
    const told = problems.map(({ line, sentence }) =>
      bad('api', `${path}:${line}: ${sentence}`, 'Mend the line; until then nobody can log in by it.'),
    );
    const any =
      users.size > 0
        ? good('api', `${users.size} users can log in by ${path}`)
        : bad('api', `${path} has no user that can log in`, `Make one with: htpasswd -B ${path} NAME`);
    return [any, ...told];
  } catch (thrown) {
    return [failed(thrown, `reading ${path}`)];
  }
}

async function checkCertificate(files: NonNullable<Config['api']['tls']>, now: number): Promise<Finding> {
  try {
    const end = endOf(await readCertificatePair('api.tls', files));
    const until = new Date(end).toISOString();
    if (end <= now)
      return bad(
        'api',
        `The certificate ${files.certificate} ended at ${until}`,
        'Renew it: clients refuse it.',
      );
    return end - now < SOON_MS
      ? warning('api', `The certificate ${files.certificate} ends at ${until}`, 'Renew it.')
      : good('api', `The certificate ${files.certificate} fits its key and is good until ${until}`);
  } catch (thrown) {
    return failed(thrown, `reading ${files.certificate}`);
  }
}

async function checkGroup(name: string): Promise<Finding> {
  try {
    return good('api', `Group ${name} (${await groupId(name)}) may use the socket of the API`);
  } catch (thrown) {
    return failed(thrown, `looking for the group ${name}`);
  }
}

function failed(thrown: unknown, attempted: string): Finding {
  const { message, hint } = asIngotError(thrown, attempted);
  return bad('api', message, hint);
}
