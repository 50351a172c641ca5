/** Asks BMCs from where it runs: `probe.ts CA_FILE ADDRESS...` ends with 0 once each has answered. */
import { readFile } from 'node:fs/promises';
import { get } from 'node:https';
import { systemClock } from '../clock.ts';

const LIMIT_MS = 30_000;
const POLL_MS = 100;

function answers(address: string, ca: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(`https://${address}/redfish/v1/`, { ca, timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}

const [caPath = '', ...addresses] = process.argv.slice(2);
const ca = await readFile(caPath, 'utf8');
const until = systemClock.now() + LIMIT_MS;
let silent = addresses;
while (silent.length > 0 && systemClock.now() < until) {
  const heard = await Promise.all(silent.map((address) => answers(address, ca)));
  silent = silent.filter((_, at) => heard[at] !== true);
  if (silent.length > 0) await systemClock.sleep(POLL_MS);
}
if (silent.length > 0) {
  process.stderr.write(`no answer from ${silent.join(', ')}\n`);
  process.exitCode = 1;
}
