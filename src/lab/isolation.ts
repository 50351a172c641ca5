/** May namespaces be made here, by whose right, and if not: what is there to do? */
import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { IngotError } from '../errors.ts';
import type { Isolation } from './records.ts';
import { run } from './run.ts';

export type IsolationFacts = {
  readonly uid: number;
  /** `unshare --net --mount` works as we are. */
  readonly unshare_works: boolean;
  /** `unshare --user --map-root-user --net --mount` works. */
  readonly user_namespace_works: boolean;
  /** /dev/net/tun opens for reading and writing: QEMU's network cards need it. */
  readonly tun_opens: boolean;
};

/**
 * Pure: the facts decide.
 * @throws IngotError `environment`, with one sentence about what to do.
 */
export function chooseIsolation(facts: IsolationFacts): Isolation {
  const works = facts.unshare_works ? 'root' : facts.user_namespace_works ? 'user-namespace' : null;
  const root = facts.uid === 0;
  if (works === null) {
    throw new IngotError('environment', 'This system lets us make no network namespaces', {
      hint: root
        ? 'In a container, start it with the capabilities SYS_ADMIN and NET_ADMIN (docker run --privileged).'
        : 'Run the lab as root (sudo), or allow user namespaces: sysctl -w kernel.unprivileged_userns_clone=1',
    });
  }
  if (!facts.tun_opens) {
    throw new IngotError(
      'environment',
      'The virtual machines need /dev/net/tun, which does not open for us',
      {
        hint: root
          ? 'Load it with "modprobe tun"; in a container, pass it in with --device /dev/net/tun.'
          : 'Run the lab as root (sudo), or let everybody open it: sudo chmod 0666 /dev/net/tun',
      },
    );
  }
  return works;
}

/** The words that put a command into fresh namespaces. */
export function unshareArgv(isolation: Isolation): readonly string[] {
  const user = isolation === 'user-namespace' ? ['--user', '--map-root-user'] : [];
  return ['unshare', ...user, '--net', '--mount', '--propagation', 'private', '--'];
}

const works = async (isolation: Isolation): Promise<boolean> =>
  (await run({ argv: [...unshareArgv(isolation), 'true'] })).code === 0;

async function opens(file: string): Promise<boolean> {
  try {
    await (await open(file, 'r+')).close();
    return true;
  } catch {
    return false;
  }
}

export async function gatherIsolationFacts(): Promise<IsolationFacts> {
  const uid = process.getuid?.() ?? -1;
  return {
    uid,
    unshare_works: await works('root'),
    user_namespace_works: await works('user-namespace'),
    tun_opens: await opens('/dev/net/tun'),
  };
}

/** Files that only a package brings, with its name in Debian and Ubuntu. */
const NEEDED_FILES = [
  { file: '/usr/share/OVMF/OVMF_CODE_4M.fd', package: 'ovmf', why: 'the firmware of UEFI machines' },
  {
    file: '/usr/lib/ipxe/qemu/efi-virtio.rom',
    package: 'ipxe-qemu',
    why: 'the network boot ROM of BIOS machines',
  },
] as const;

const NEEDED_PROGRAMS = [
  ['unshare', '--version'],
  ['nsenter', '--version'],
  ['ip', '-V'],
  ['openssl', 'version'],
  ['qemu-system-x86_64', '--version'],
] as const;

/** @throws IngotError `missing_program` or `missing_file` with the package that brings it. */
export async function requirePrograms(): Promise<void> {
  for (const argv of NEEDED_PROGRAMS) await run({ argv });
  for (const needed of NEEDED_FILES) {
    await access(needed.file, constants.R_OK).catch((cause: unknown) => {
      throw new IngotError('missing_file', `${needed.file} is missing: ${needed.why}`, {
        hint: `Install it with: apt-get install ${needed.package}`,
        cause,
      });
    });
  }
}
