/** Which threads the kernel runs first, as it tells in /proc (root: a real-time priority is not for everyone). */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startKeeper } from '../../src/dhcp/leases/journal/keeper.ts';

const RR = 2;
const OTHER = 0;

/**
 * Prints the policy of its main thread (proc(5), /proc/pid/stat field 41) when preferred, when busy, when quiet again.
 */
const PROGRAM = `
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { preferThisThreadUnlessBusy } from '${import.meta.dirname}/../../src/net/thread-priority.ts';
const policy = () => Number(readFileSync('/proc/self/stat', 'latin1').split(') ')[1].split(' ')[38]);
const until = async (wanted, work) => {
  for (const end = Date.now() + 20_000; policy() !== wanted && Date.now() < end; ) await work();
  return policy();
};
const busily = async () => {
  for (const end = performance.now() + 20; performance.now() < end; );
  await sleep(0);
};
const problem = preferThisThreadUnlessBusy();
console.log(JSON.stringify([problem, policy(), await until(${OTHER}, busily), await until(${RR}, () => sleep(20))]));
`;

it('a preferred thread gives its preference up while it has much to do, and has it back afterwards', async () => {
  const program = ['--input-type=module', '-e', PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, program);
  expect(JSON.parse(stdout)).toEqual([null, RR, OTHER, RR]);
});

it('the lease keeper is preferred, even where the packet thread that starts it has given its preference up', async () => {
  const policyOf = async (thread: string): Promise<number> =>
    Number((await readFile(`/proc/self/task/${thread}/stat`, 'latin1')).split(') ').at(-1)?.split(' ')[38]);
  const preferred = async (): Promise<readonly number[]> =>
    (await Promise.all((await readdir('/proc/self/task')).map(policyOf))).filter((policy) => policy === RR);
  expect(await preferred()).toEqual([]);
  const keeper = startKeeper([]);
  try {
    await expect.poll(preferred).toEqual([RR]);
  } finally {
    await keeper.stop();
  }
});
