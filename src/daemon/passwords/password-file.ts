/** The users of `api.htpasswd`; the file is read anew when it has changed. */
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { asIngotError, IngotError } from '../../errors.ts';
import { markOf } from '../file-mark.ts';
import { parseHtpasswd, type UserFile, type Users } from './htpasswd.ts';

/** Bytes: tens of thousands of users. */
const MOST_BYTES = 4 << 20;

/** Reads and parses it. @throws IngotError `environment` for a file that cannot be read */
export async function readPasswordFile(path: string): Promise<UserFile & { readonly mark: string }> {
  try {
    // A FIFO would wait for its writer for ever.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const facts = await file.stat({ bigint: true });
      if (!facts.isFile()) throw new Error('it is no file');
      if (facts.size > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES} bytes`);
      return { ...parseHtpasswd(await file.readFile('utf8')), mark: markOf(facts) };
    } finally {
      await file.close();
    }
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new IngotError('environment', `The users of the API cannot be read from ${path}: ${why}`, {
      hint: 'api.htpasswd names a file that the user of the daemon may read; make one with: htpasswd -cB FILE NAME',
      cause: thrown,
    });
  }
}

export type PasswordFile = {
  /** As the file is now; as it was before, while it cannot be read. */
  users(): Promise<Users>;
  /** A sentence for each thing that is wrong with the file now. */
  problems(): Promise<readonly string[]>;
};

type Options = {
  readonly path: string;
  /** Told once for each thing that is wrong with it. */
  readonly onProblem: (sentence: string) => void;
};

export function createPasswordFile({ path, onProblem }: Options): PasswordFile {
  let users: Users = new Map();
  let mark: string | null = null;
  let told: readonly string[] = [];
  const tell = (sentences: readonly string[]): void => {
    for (const sentence of sentences) if (!told.includes(sentence)) onProblem(sentence);
    told = sentences;
  };
  const current = async (): Promise<Users> => {
    const facts = await stat(path, { bigint: true }).catch(() => null);
    if (facts !== null && markOf(facts) === mark) return users;
    try {
      const read = await readPasswordFile(path);
      ({ users, mark } = read);
      tell(read.problems.map(({ line, sentence }) => `${path}:${line}: ${sentence}`));
    } catch (thrown) {
      // One that comes back is read even when it is the same.
      mark = null;
      const { message, hint } = asIngotError(thrown, 'reading the users of the API');
      tell([`${message}, so nobody new can log in. ${hint}`]);
    }
    return users;
  };
  return {
    users: current,
    problems: async () => {
      await current();
      return told;
    },
  };
}
