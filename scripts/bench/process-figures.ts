/** What a process holds and uses, as the kernel tells. */
import { readFile } from 'node:fs/promises';

/** Megabytes (10^6 bytes) of memory that the process holds, shared pages counted in full. */
export async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return (Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6;
}

/** Seconds of CPU that the process has used in user and kernel mode (proc(5): fields 14 and 15, in 1/100 s). */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
