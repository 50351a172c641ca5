/** Listening for LLDP by `tcpdump`: Node itself has no packet sockets. Asked for by `ipa-collect-lldp=1`. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '../base/run.ts';
import { type LldpTlv, lldpOfCapture } from './lldp.ts';

/** By interface name. */
export type LldpBook = ReadonlyMap<string, readonly LldpTlv[]>;

/** Switches send every 30 s (802.1AB, msgTxInterval). */
const LISTEN_MS = 35_000;

/** Waits for one frame on each interface, all at once, at most 35 s; interfaces without one are not in the book. */
export async function listenForLldp(
  names: readonly string[],
  tools: { readonly run: Run; readonly runDir: string },
): Promise<LldpBook> {
  const folder = join(tools.runDir, 'lldp');
  await mkdir(folder, { recursive: true });
  const heard = await Promise.all(
    names.map(async (name): Promise<readonly [string, readonly LldpTlv[]] | null> => {
      const file = join(folder, `${name}.pcap`);
      const args = ['-i', name, '-Z', 'root', '-U', '-c', '1', '-w', file, 'ether proto 0x88cc'];
      // Silence (the time-out) and a NIC that is down are facts, no failures.
      await tools.run('tcpdump', args, { timeoutMs: LISTEN_MS }).catch(() => undefined);
      const tlvs = await readFile(file).then(lldpOfCapture, () => null);
      return tlvs === null ? null : [name, tlvs];
    }),
  );
  await rm(folder, { recursive: true, force: true });
  return new Map(heard.filter((entry) => entry !== null));
}
