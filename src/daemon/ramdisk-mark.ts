/**
 * Whether the ramdisk on disk was built with this ingot's agent: its recipe leaves a mark of the agent's sources beside
 * it. An older agent boots as well as ever, and then cannot do what the daemon asks of it.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RAMDISK_FILES, RAMDISKS, type Ramdisk, ramdiskCommand } from '../boot/ramdisk-files.ts';
import type { Config } from '../config/schema.ts';
import { ramdiskDir } from './missing-ramdisk.ts';

/** Beside vmlinuz and initrd.zst. */
export const MARK_FILE = 'agent-mark';
const AGENT_SOURCES = join(import.meta.dirname, '../agent');

/**
 * As `hash_of agent src/agent` of boot-assets/recipe.sh: 16 hex digits over the contents and names of all files. Null
 * where the sources are not there: then nothing can be judged.
 */
export async function agentMark(sources = AGENT_SOURCES): Promise<string | null> {
  if (!existsSync(sources)) return null;
  const entries = await readdir(sources, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256').update('agent\n');
  for (const file of files.sort()) {
    const content = createHash('sha256').update(await readFile(file));
    hash.update(`${content.digest('hex')}  agent${file.slice(sources.length)}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

/** A sentence for each ramdisk that is there and of another agent. It may be built anew while ingot runs. */
export type JudgeRamdisk = () => readonly string[];

export async function createRamdiskJudge(config: Pick<Config, 'state_dir' | 'boot'>): Promise<JudgeRamdisk> {
  const dir = ramdiskDir(config);
  const ours = await agentMark();
  const judge = (ramdisk: Ramdisk): readonly string[] => {
    const folder = join(dir, ramdisk.folder);
    if (ours === null || !existsSync(join(folder, RAMDISK_FILES.initrd))) return [];
    const mark = readMark(join(folder, MARK_FILE));
    if (mark === ours) return [];
    // It is no ramdisk of ours at all, and its operator has said so.
    if (mark === null && config.boot.upstream_agents) return [];
    const what =
      mark === null
        ? 'does not say which agent is in it, so it is of an earlier ingot, or no ramdisk of ours'
        : 'was built with the agent of another version of ingot';
    return [
      `${ramdisk.title} in ${folder} ${what}: machines may boot it and not call back. Run ${ramdiskCommand(ramdisk, dir)}`,
    ];
  };
  return () => RAMDISKS.flatMap(judge);
}

function readMark(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    // Not there, or not readable, which says as little.
    return null;
  }
}
