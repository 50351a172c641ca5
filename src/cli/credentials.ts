/**
 * Who the `ingot` command is for a remote API: from the environment, or from a file of the user's own. Never from its
 * arguments, which every user of the machine can read.
 */
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { IngotError } from '../errors.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** How one API is spoken to. */
export type Login = {
  /** The `Authorization` header; null: none. */
  readonly authorization: string | null;
  /** PEM of the authorities to trust instead of the system's; null: the system's. */
  readonly ca: string | null;
};

export const NO_LOGIN: Login = { authorization: null, ca: null };

const clientFile = z
  .strictObject({
    /** The API that the rest is for. */
    url: z.string(),
    token: z.string().min(1).optional(),
    username: z.string().min(1).optional(),
    password: z.string().optional(),
    /** File of the authority that signed the API's certificate. */
    ca: z.string().optional(),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    error: 'username and password belong together',
  });
export type ClientFile = z.output<typeof clientFile>;

/** `INGOT_CLIENT_FILE`, or `ingot/client.yaml` where the user's configuration is. */
export function clientFilePath(env: Env): string {
  const configured = env.XDG_CONFIG_HOME ?? '';
  const folder = configured === '' ? join(env.HOME ?? homedir(), '.config') : configured;
  return env.INGOT_CLIENT_FILE ?? join(folder, 'ingot', 'client.yaml');
}

/** Null where there is none. @throws IngotError `usage` for one that is wrong, or that others can read */
export async function readClientFile(env: Env): Promise<ClientFile | null> {
  const path = clientFilePath(env);
  const text = await readFile(path, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT' && env.INGOT_CLIENT_FILE === undefined) return null;
    throw new IngotError('usage', `${path} cannot be read: ${thrown.message}`, {
      hint: 'See docs/api-access.md.',
    });
  });
  if (text === null) return null;
  const parsed = clientFile.safeParse(parseYaml(text, path));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new IngotError('usage', `${path}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`, {
      hint: 'It has url, and token or username and password, and ca: see docs/api-access.md.',
    });
  }
  const { mode } = await stat(path);
  const secret = parsed.data.token ?? parsed.data.password;
  if (secret !== undefined && (mode & 0o077) !== 0)
    throw new IngotError('usage', `${path} holds a secret and others can read it`, {
      hint: `chmod 600 ${path}`,
    });
  return parsed.data;
}

/** The environment first; what the file holds goes to the API that it names and to no other. */
export async function loginFor(url: string, env: Env, file: ClientFile | null): Promise<Login> {
  const own = file !== null && isSameApi(file.url, url) ? file : null;
  const ca = env.INGOT_CACERT ?? own?.ca ?? null;
  return {
    authorization: fromEnvironment(env) ?? (own === null ? null : authorizationOf(own)),
    ca: ca === null || ca === '' ? null : await readAuthority(ca),
  };
}

function fromEnvironment(env: Env): string | null {
  const { INGOT_TOKEN: token, INGOT_USERNAME: username, INGOT_PASSWORD: password } = env;
  return authorizationOf({ token: token === '' ? undefined : token, username, password });
}

type Secrets = {
  readonly token?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
};

function authorizationOf({ token, username, password }: Secrets): string | null {
  if (token !== undefined) return `Bearer ${token}`;
  if (username === undefined || password === undefined) return null;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function isSameApi(one: string, other: string): boolean {
  const [left, right] = [URL.parse(one), URL.parse(other)];
  return (
    one === other || (left !== null && right !== null && left.host !== '' && left.origin === right.origin)
  );
}

async function readAuthority(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((thrown: Error) => {
    throw new IngotError('usage', `The authority in ${path} cannot be read: ${thrown.message}`, {
      hint: 'INGOT_CACERT, or ca in the client file, names a PEM file.',
    });
  });
}

function parseYaml(text: string, path: string): unknown {
  try {
    // Not pretty: that would quote the line at fault, which may be that of the secret.
    return parse(text, { prettyErrors: false }) as unknown;
  } catch (thrown) {
    const at = thrown instanceof YAMLParseError ? thrown.pos[0] : null;
    const where = at === null ? '' : ` in line ${text.slice(0, at).split('\n').length}`;
    throw new IngotError('usage', `${path} is no YAML${where}`, {
      hint: 'Each line is KEY: VALUE; a value with special characters goes in quotes. See docs/api-access.md.',
    });
  }
}
