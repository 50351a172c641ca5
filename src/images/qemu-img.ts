/** Debian's qemu-img, run as a process: it alone reads the structure of qcow2 files. */
import { spawn } from 'node:child_process';
import { z } from 'zod';
import { IngotError } from '../errors.ts';
import type { MapEntry } from './extents.ts';
import type { ImageRequest } from './images.ts';

type Format = ImageRequest['format'];

const mapSchema = z.array(z.object({ start: z.number(), length: z.number(), zero: z.boolean() }));

/** Of a block map: about 100 bytes a run. */
const OUTPUT_BYTES = 256 * 1024 * 1024;
const READ_TIMEOUT_MS = 600_000;
const CONVERT_TIMEOUT_MS = 6 * 3_600_000;

/** Rejects with `image_invalid` for a qcow2 file with broken structure: a cut one, say, would read as zeros. */
export async function qemuCheck(path: string, signal: AbortSignal): Promise<void> {
  await run(['check', '-q', '-f', 'qcow2', path], { signal, timeoutMs: READ_TIMEOUT_MS, alsoFine: [3] });
}

/** Runs of data and zeros, in order, from 0 to the end. */
export async function qemuMap(path: string, format: Format, signal: AbortSignal): Promise<MapEntry[]> {
  const output = await run(['map', '-f', format, '--output=json', path], {
    signal,
    timeoutMs: READ_TIMEOUT_MS,
  });
  return mapSchema.parse(JSON.parse(output));
}

/** qcow2 to raw; zeros of 64 KiB and more become holes. `onShare` gets 0 to 1. */
export async function qemuConvert(
  from: string,
  to: string,
  options: { readonly signal: AbortSignal; readonly onShare: (share: number) => void },
): Promise<void> {
  await run(['convert', '-p', '-f', 'qcow2', '-O', 'raw', '-S', '64k', from, to], {
    signal: options.signal,
    timeoutMs: CONVERT_TIMEOUT_MS,
    onText: (text) => {
      const percent = [...text.matchAll(/\((\d+(?:\.\d+)?)\/100%\)/g)].at(-1)?.[1];
      if (percent !== undefined) options.onShare(Number(percent) / 100);
    },
  });
}

type RunOptions = {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Takes the output as it comes; then none is kept. */
  readonly onText?: (text: string) => void;
  /** Exit codes besides 0 that are no failure; 3 of `check` is leaked clusters, which harm nobody. */
  readonly alsoFine?: readonly number[];
};

function run(
  args: readonly string[],
  { signal, timeoutMs, onText, alsoFine = [] }: RunOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('qemu-img', args, { stdio: ['ignore', 'pipe', 'pipe'], signal, timeout: timeoutMs });
    const parts: Buffer[] = [];
    let kept = 0;
    let complaint = '';
    child.stdout.on('data', (data: Buffer) => {
      if (onText !== undefined) {
        onText(data.toString('latin1'));
        return;
      }
      kept += data.length;
      if (kept > OUTPUT_BYTES) child.kill();
      else parts.push(data);
    });
    child.stderr.on('data', (data: Buffer) => {
      if (complaint.length < 2000) complaint += data.toString();
    });
    child.on('error', (error) => {
      if (signal.aborted) reject(signal.reason as Error);
      else reject(cannotRun(error));
    });
    child.on('close', (code, killedBy) => {
      if (signal.aborted) reject(signal.reason as Error);
      else if (code === 0 || alsoFine.includes(code ?? -1)) resolve(Buffer.concat(parts).toString());
      else reject(failed(args[0] ?? '', complaint.trim() || `ended by ${killedBy ?? `code ${code}`}`));
    });
  });
}

function cannotRun(error: Error): IngotError {
  return new IngotError(
    'missing_program',
    `images are read by qemu-img, which cannot be started: ${error.message}`,
    {
      hint: 'apt-get install qemu-utils',
      cause: error,
    },
  );
}

function failed(what: string, complaint: string): IngotError {
  if (complaint.includes('No space left')) {
    return new IngotError('image_too_large', `qemu-img ${what}: no space left on the image cache's disk`, {
      hint: 'Free space below state_dir, or lower images.cache_gib so that older images go earlier.',
    });
  }
  return new IngotError('image_invalid', `qemu-img ${what} refused the image: ${complaint}`, {
    hint: 'Check that the image is whole and of the format that was named: qemu-img check FILE.',
  });
}
