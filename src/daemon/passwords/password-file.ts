/** The users of `api.htpasswd`; the file is read anew when it has changed. */
import { type BigIntStats, constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { IngotError } from '../../errors.ts';
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

function markOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}

export type PasswordFile = {
  /** As the file is now; as it was before, while it cannot be read. */
  users(): Promise<Users>;
};

type Options = {
  readonly path: string;
  /** Told once for each thing that is wrong with it. */
  readonly onProblem: (sentence: string) => void;
};

export function createPasswordFile({ path, onProblem }: Options): PasswordFile {
  let users: Users = new Map();
  let mark = '';
  let told = '';
  return {
    async users() {
      try {
        if (markOf(await stat(path, { bigint: true })) === mark) return users;
        const read = await readPasswordFile(path);
        ({ users, mark } = read);
        told = '';
        for (const { line, sentence } of read.problems) onProblem(`${path}:${line}: ${sentence}`);
      } catch (thrown) {
        const why = thrown instanceof Error ? thrown.message : String(thrown);
        const sentence = `The users of the API cannot be read, so nobody new can log in: ${why}`;
        // One that comes back is read even when it is the same.
        mark = '';
        if (sentence !== told) onProblem(sentence);
        told = sentence;
      }
      return users;
    },
  };
}
