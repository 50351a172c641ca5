/** Ironic's own command line client (Debian's python3-ironicclient) on the seed node of a lab. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rig } from '../../scripts/rig.ts';
import { labRun } from '../../src/lab/exec.ts';

/** Where the daemon listens when its configuration says nothing. */
const API = 'http://127.0.0.1:6385';
/** With `--wait` a call lasts as long as what it waits for. */
const LONGEST_MS = 900_000;

/** Runs `baremetal` and returns what it printed; a call that fails throws with what it said. */
export type Baremetal = (...words: readonly string[]) => Promise<string>;

export function baremetalOf(rig: Rig): Baremetal {
  const login = ['--os-auth-type', 'none', '--os-endpoint', API];
  return async (...words) => {
    const argv = ['/usr/bin/baremetal', ...login, ...words];
    const answer = await labRun(rig.lab.dir, 'seed', { argv, timeout_ms: LONGEST_MS });
    if (answer.code !== 0) throw new Error(`baremetal ${words.join(' ')} failed: ${answer.stderr}`);
    return answer.stdout;
  };
}

/** `baremetal create FILE`: passwords stay out of the arguments. */
export async function createByFile(rig: Rig, baremetal: Baremetal, nodes: readonly object[]): Promise<void> {
  const file = join(rig.lab.dir, 'baremetal-nodes.json');
  await writeFile(file, JSON.stringify({ nodes }), { mode: 0o600 });
  await baremetal('create', file);
}
