/**
 * How long this disk takes to make a small write durable, tried every few milliseconds.
 * Usage: disk-probe.ts FOLDER SECONDS. Prints one line: `{"latencies": [ms, …]}`.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 20;
/** A page of a database. */
const bytes = Buffer.alloc(4096, 1);

const [folder = '.', seconds = '1'] = process.argv.slice(2);
const file = openSync(join(folder, 'disk-probe'), 'w');
const latencies: number[] = [];
const until = performance.now() + Number(seconds) * 1000;
while (performance.now() < until) {
  // In place, as a journal in use is written: a file that grows costs more.
  writeSync(file, bytes, 0, bytes.length, 0);
  const began = performance.now();
  fdatasyncSync(file);
  latencies.push(performance.now() - began);
  await sleep(PAUSE_MS);
}
closeSync(file);
process.stdout.write(`${JSON.stringify({ latencies })}\n`);
