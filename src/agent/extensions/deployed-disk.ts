/** Which disk this boot's agent wrote the image to; the boot loader goes where the image is. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type DeployedDisk = {
  remember(name: string): void;
  /** Null when no image was written in this boot. */
  recall(): string | null;
};

/** Kept in a file, for an agent that restarts between the two commands. */
export function createDeployedDisk(runDir: string): DeployedDisk {
  const path = join(runDir, 'deployed-disk');
  return {
    remember: (name) => {
      mkdirSync(runDir, { recursive: true });
      writeFileSync(path, name);
    },
    recall: () => {
      try {
        return readFileSync(path, 'utf8').trim() || null;
      } catch {
        return null;
      }
    },
  };
}
