/** bcrypt from the system's own libcrypt (libxcrypt): native, and no package to build. */
import { timingSafeEqual } from 'node:crypto';
import koffi from 'koffi';
import { IngotError } from '../../errors.ts';

/** Debian's and Ubuntu's libcrypt1; Fedora's libxcrypt. */
const LIBRARIES = ['libcrypt.so.1', 'libcrypt.so.2'];
/** `sizeof(struct crypt_data)` (crypt.h). */
const SCRATCH_BYTES = 32_768;

/** Takes as long as the hash's cost says: half a second is usual. Never to be called in the main thread. */
export type CheckHash = (password: Uint8Array, hash: string) => boolean;

/** @throws IngotError `missing_program` where the machine has no libcrypt */
export function loadBcrypt(): CheckHash {
  const crypt = loadLibrary().func('const char *crypt_rn(const void *, const char *, void *, int)');
  return (password, hash) => {
    // A C string: what follows a zero byte would not count.
    if (password.includes(0)) return false;
    const phrase = Buffer.concat([password, Buffer.of(0)]);
    const scratch = Buffer.alloc(SCRATCH_BYTES);
    const computed: unknown = crypt(phrase, hash, scratch, SCRATCH_BYTES);
    if (typeof computed !== 'string' || computed.length !== hash.length) return false;
    return timingSafeEqual(Buffer.from(computed), Buffer.from(hash));
  };
}

function loadLibrary(): ReturnType<typeof koffi.load> {
  for (const name of LIBRARIES) {
    try {
      return koffi.load(name);
    } catch {
      // The next name.
    }
  }
  throw new IngotError(
    'missing_program',
    'libcrypt, which checks the passwords of api.auth: basic, is not installed',
    {
      hint: 'apt-get install libcrypt1',
    },
  );
}
