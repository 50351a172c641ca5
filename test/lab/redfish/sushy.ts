/** Runs sushy_drive.py with Debian's Python, here or (with `prefix`) inside a lab. */
import path from 'node:path';
import type { RunOptions, RunResult } from '../../../src/lab/run.ts';
import { run } from '../../../src/lab/run.ts';

export type SushyScript = {
  readonly address: string;
  readonly ca: string;
  readonly username: string;
  readonly password: string;
  readonly auth: 'session' | 'basic';
  readonly operations: readonly (readonly (string | boolean)[])[];
};

export type Runner = (options: Pick<RunOptions, 'argv' | 'input' | 'timeout_ms'>) => Promise<RunResult>;

/** What each operation gave, or sushy's error. */
export async function driveBySushy(script: SushyScript, runner: Runner = run): Promise<unknown> {
  // A CA bundle of the environment would come before the one that the script names.
  const clean = ['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'SSL_CERT_FILE'].flatMap((name) => ['-u', name]);
  const drive = path.join(import.meta.dirname, 'sushy_drive.py');
  const result = await runner({
    argv: ['env', ...clean, '/usr/bin/python3', drive],
    input: JSON.stringify(script),
    timeout_ms: 60_000,
  });
  if (result.code !== 0) throw new Error(`sushy_drive.py failed: ${result.stderr}`);
  return JSON.parse(result.stdout);
}
