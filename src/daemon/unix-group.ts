/** Groups of this machine, by name (group(5)). */
import { readFile } from 'node:fs/promises';
import { IngotError } from '../errors.ts';

/** @throws IngotError `environment` for a group that /etc/group does not have */
export async function groupId(name: string, file = '/etc/group'): Promise<number> {
  for (const line of (await readFile(file, 'utf8')).split('\n')) {
    const [group, , id = ''] = line.split(':');
    if (group === name && /^\d+$/.test(id)) return Number(id);
  }
  throw new IngotError('environment', `api.socket_group: there is no group "${name}" in ${file}`, {
    hint: `Make it with: groupadd --system ${name}`,
  });
}
