/** The one machine of a lab, ready to enroll; and waiting for what a machine shows. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Rig } from '../../scripts/rig.ts';

const WAIT_MS = 900_000;
const nodesFile = z.object({ nodes: z.tuple([z.record(z.string(), z.json())]) });

export async function labNode(rig: Rig): Promise<z.output<typeof nodesFile>['nodes'][0]> {
  const [node] = nodesFile.parse(parse(await readFile(join(rig.lab.dir, 'nodes.yaml'), 'utf8'))).nodes;
  return node;
}

export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + WAIT_MS;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`in ${WAIT_MS / 1000} s it did not happen that ${what}`);
    await sleep(500);
  }
}
