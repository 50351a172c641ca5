/** Debian's wrk, and what it reports. */
import type { Wire } from '../../test/dhcp/wire.ts';

export type WrkLoad = { readonly url: string; readonly connections: number; readonly seconds: number };
export type WrkReport = { readonly bytes: number; readonly seconds: number };

/** @throws Error when an answer was not 2xx or a connection failed: such bytes are no measure */
export async function runWrk(wire: Wire, { url, connections, seconds }: WrkLoad): Promise<WrkReport> {
  // One thread: the other core is the server's. What it reports at its end is in its last line, by its own script.
  const script = new URL('wrk-report.lua', import.meta.url).pathname;
  const words = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--timeout', '30s', '-s', script];
  const { code, output } = await wire.run('client', 'wrk', ...words, url);
  const report = /^report bytes=(\d+) microseconds=(\d+) errors=(\d+)$/m.exec(output);
  if (code !== 0 || report === null) throw new Error(`wrk ended with ${code}: ${output}`);
  const [, bytes, microseconds, errors] = report;
  if (Number(errors) > 0) throw new Error(`wrk saw ${errors} errors at ${url}: ${output}`);
  return { bytes: Number(bytes), seconds: Number(microseconds) / 1e6 };
}
