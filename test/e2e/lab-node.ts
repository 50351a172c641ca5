/** The machines of a lab, ready to enroll; and waiting for what a machine shows. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Rig } from '../../scripts/rig.ts';

const WAIT_MS = 900_000;
const nodesFile = z.object({ nodes: z.array(z.record(z.string(), z.json())) });
type LabNode = z.output<typeof nodesFile>['nodes'][number];

export async function labNodes(rig: Rig): Promise<readonly LabNode[]> {
  return nodesFile.parse(parse(await readFile(join(rig.lab.dir, 'nodes.yaml'), 'utf8'))).nodes;
}

/** Of a lab with one machine. */
export async function labNode(rig: Rig): Promise<LabNode> {
  const [node] = await labNodes(rig);
  if (node === undefined) throw new Error('the lab has no machine');
  return node;
}

/** `seen` tells, when the time is up, what to look at: the end of a console, say. */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  seen: () => Promise<string> = () => Promise.resolve(''),
): Promise<void> {
  const end = Date.now() + WAIT_MS;
  while (!(await condition())) {
    if (Date.now() > end)
      throw new Error(`in ${WAIT_MS / 1000} s it did not happen that ${what}\n${await seen()}`);
    await sleep(500);
  }
}
