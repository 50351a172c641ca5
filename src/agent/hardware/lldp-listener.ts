/** Listening for LLDP by `tcpdump`: Node itself has no packet sockets. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '../base/run.ts';
import { type LldpTlv, lldpOfCapture } from './lldp.ts';

/** By interface name. */
export type LldpBook = ReadonlyMap<string, readonly LldpTlv[]>;

type Tools = { readonly run: Run; readonly runDir: string; readonly timeoutMs: number };

/** The first LLDP frame that comes in on the interface; null when none does in time, or the NIC is down. */
export async function listenForLldp(
  name: string,
  { run, runDir, timeoutMs }: Tools,
): Promise<readonly LldpTlv[] | null> {
  const folder = join(runDir, 'lldp');
  const file = join(folder, `${name}.pcap`);
  try {
    await mkdir(folder, { recursive: true });
    // One of an agent that was started before us would be taken for ours.
    await rm(file, { force: true });
    const args = ['-i', name, '-Q', 'in', '-Z', 'root', '-U', '-c', '1', '-w', file, 'ether proto 0x88cc'];
    await run('tcpdump', args, { timeoutMs });
    return lldpOfCapture(await readFile(file));
  } catch {
    // Silence (the time-out) and a NIC that is down are facts, no failures.
    return null;
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
}
