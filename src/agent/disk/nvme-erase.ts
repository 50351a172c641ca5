/** NVMe disks that erase themselves: Format NVM, else Sanitize (NVM Express Base Specification 1.4, 5.15 and 5.24). */
import { AgentError, reasonOf } from '../base/agent-error.ts';
import type { Clock } from '../base/clock.ts';
import { numberField, parseRecord } from '../base/json.ts';
import { type Run, runOk } from '../base/run.ts';
import type { Disk } from './disk.ts';

export type NvmeTools = { readonly run: Run; readonly clock: Pick<Clock, 'sleep'> };

const LONGEST_MS = 4 * 3_600_000;
const POLL_MS = 5_000;

/** What the controller says of itself (Identify Controller, figure 247). */
type Abilities = { readonly oacs: number; readonly fna: number; readonly sanicap: number };

const FORMAT_SUPPORTED = 0b10;
const CRYPTO_FORMAT = 0b100;
const SANITIZE_CRYPTO = 0b1;
const SANITIZE_BLOCKS = 0b10;

export function isNvme(disk: Pick<Disk, 'name'>): boolean {
  return /\/nvme\d+n\d+$/.test(disk.name);
}

/** The way in which the disk has erased itself; null when it has none. Throws `erase` when it has one that failed. */
export async function eraseNvme(disk: Disk, tools: NvmeTools): Promise<string | null> {
  const { oacs, fna, sanicap } = await abilitiesOf(disk, tools);
  try {
    if ((oacs & FORMAT_SUPPORTED) !== 0) {
      // 2 throws the key of the data away, 1 erases them: as the disk can.
      const ses = (fna & CRYPTO_FORMAT) === 0 ? 1 : 2;
      const command = ['nvme', 'format', disk.name, `--ses=${ses}`, '--force'] as const;
      await runOk(tools.run, command, { timeoutMs: LONGEST_MS });
      return ses === 2 ? 'nvme format (cryptographic)' : 'nvme format';
    }
    if ((sanicap & (SANITIZE_CRYPTO | SANITIZE_BLOCKS)) === 0) return null;
    // 4: cryptographic, 2: blocks.
    const action = (sanicap & SANITIZE_CRYPTO) === 0 ? 2 : 4;
    await runOk(tools.run, ['nvme', 'sanitize', disk.name, `--sanact=${action}`]);
    await sanitized(disk, tools);
    return action === 4 ? 'nvme sanitize (cryptographic)' : 'nvme sanitize';
  } catch (error) {
    throw new AgentError('erase', `the disk could not erase itself: ${reasonOf(error)}`, { cause: error });
  }
}

/** All zero for a disk that does not say. */
async function abilitiesOf({ name }: Disk, { run }: NvmeTools): Promise<Abilities> {
  const answer = await run('nvme', ['id-ctrl', name, '--output-format=json']).catch(() => null);
  const told = (answer?.code === 0 ? parseRecord(answer.stdout) : null) ?? {};
  const number = (field: keyof Abilities): number => numberField(told, field) ?? 0;
  return { oacs: number('oacs'), fna: number('fna'), sanicap: number('sanicap') };
}

/** Until the disk says that it is done; it goes on by itself whatever becomes of us, also after a power cycle. */
async function sanitized({ name }: Disk, { run, clock }: NvmeTools): Promise<void> {
  // The log's first two words: progress, and a status whose lowest three bits tell how it ended (5.14.1.16.2).
  const script = 'nvme sanitize-log "$1" --raw-binary | od -An -tu2 -N4';
  for (let waited = 0; waited < LONGEST_MS; waited += POLL_MS) {
    const words = (await runOk(run, ['sh', '-c', script, 'sh', name])).trim().split(/\s+/).map(Number);
    const status = (words[1] ?? 0) & 0b111;
    if (status === 1 || status === 4) return;
    if (status !== 2) throw new Error(`its sanitize log has the status ${status}`);
    await clock.sleep(POLL_MS);
  }
  throw new Error(`it was not sanitized within ${LONGEST_MS / 3_600_000} hours`);
}
