/** Many TFTP clients at once: curl processes, each with an address of its own, that load one file. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Field, SERVER } from './field.ts';

export const CROWD = { clients: 200, bytes: 1_000_000, blockBytes: 1468 } as const;

const addressOf = (client: number): string => `10.77.2.${client + 1}`;

/** Gives the client's end of the wire the addresses of the crowd. */
export async function seatCrowd({ dir, wire }: Field): Promise<void> {
  const lines = Array.from({ length: CROWD.clients }, (_, i) => `address add ${addressOf(i)}/16 dev c0`);
  const batch = join(dir, 'crowd.ip');
  await writeFile(batch, `${lines.join('\n')}\n`);
  const { code, output } = await wire.run('client', 'ip', '-batch', batch);
  if (code !== 0) throw new Error(`the addresses of the crowd could not be set: ${output}`);
}

/** What one crowd got. */
export type CrowdResult = {
  /** Megabytes (10^6 bytes) a second, of all together. */
  readonly mbPerSecond: number;
  /** Clients that did not get the whole file. */
  readonly failed: number;
};

export async function loadAtOnce({ wire }: Field, file: string): Promise<CrowdResult> {
  const { blockBytes, bytes, clients } = CROWD;
  const one = `curl -sS --interface "$address" --tftp-blksize ${blockBytes} -m 60 -o /dev/null -w '%{size_download}\\n'`;
  const addresses = Array.from({ length: clients }, (_, i) => addressOf(i)).join(' ');
  const all = `for address in ${addresses}; do ${one} tftp://${SERVER.address}/${file} & done; wait`;
  const began = performance.now();
  const { output } = await wire.run('client', 'sh', '-c', all);
  const seconds = (performance.now() - began) / 1000;
  const whole = output.split('\n').filter((line) => line === String(bytes)).length;
  return { mbPerSecond: (whole * bytes) / 1e6 / seconds, failed: clients - whole };
}
