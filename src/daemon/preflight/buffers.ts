/** How much of what comes at once the kernel keeps for us (socket(7), `rmem_max`). */
import { readFile } from 'node:fs/promises';
import { DEFAULT_RECEIVE_BUFFER_BYTES } from '../../net/bound-socket.ts';
import { type Finding, good, warning } from './finding.ts';

const LIMIT = '/proc/sys/net/core/rmem_max';

/** `limit` is the text of /proc/sys/net/core/rmem_max. Pure. */
export function judgeBuffers(limit: string): Finding {
  const bytes = Number(limit);
  const kib = (count: number): string => `${Math.floor(count / 1024)} KiB`;
  if (bytes >= DEFAULT_RECEIVE_BUFFER_BYTES)
    return good('buffer', `The kernel lets a socket keep ${kib(bytes)} of what comes at once`);
  return warning(
    'buffer',
    `The kernel lets a socket of the service keep ${kib(bytes)} of what comes at once, where ingot asks for ${kib(DEFAULT_RECEIVE_BUFFER_BYTES)}: ` +
      'of some hundred machines that start in the same instant the last ones have to ask twice',
    'Install systemd/ingot.sysctl as /etc/sysctl.d/ingot.conf, then run sysctl --system.',
  );
}

/** Nothing where the kernel does not tell, as in most network namespaces. */
export async function checkBuffers(): Promise<readonly Finding[]> {
  const limit = await readFile(LIMIT, 'utf8').catch(() => null);
  return limit === null ? [] : [judgeBuffers(limit)];
}
