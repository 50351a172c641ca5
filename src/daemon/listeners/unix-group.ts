/** Groups of this machine, by name (group(5)). */
import { chown, readFile } from 'node:fs/promises';
import { IngotError } from '../../errors.ts';

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

/** @throws IngotError `environment` for a group that is not there, or that this process may not give files to */
export async function giveToGroup(path: string, name: string): Promise<void> {
  const group = await groupId(name);
  // The kernel lets a user who is not root give files to the user's own groups only.
  await chown(path, process.getuid?.() ?? 0, group).catch((thrown: NodeJS.ErrnoException) => {
    throw new IngotError('environment', `api.socket_group: ${thrown.message}`, {
      hint: `Put the user of the daemon into the group, and restart ingot: usermod -aG ${name} ingot`,
      cause: thrown,
    });
  });
}
