/** The server of `server-process.ts`, started in a namespace and listened to. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { withSocketUnit } from '../rig/socket-unit.ts';
import type { Wire } from './wire.ts';

const PROGRAM = fileURLToPath(new URL('server-process.ts', import.meta.url));

const reportShape = z.object({
  leases: z.array(z.object({ mac: z.string(), address: z.string(), expiresAt: z.number() })),
  counters: z.record(z.string(), z.number()),
});
const factShape = z.object({ kind: z.string(), mac: z.string(), sentence: z.string() });

export type Report = z.infer<typeof reportShape>;

export type RunningServer = {
  readonly facts: z.infer<typeof factShape>[];
  report(): Promise<Report>;
  /** Ends the process and waits until it is gone. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
};

export type Settings = { readonly journal: string; readonly interface: string } & Record<string, unknown>;

/** Rejects with what the process said on standard error when it does not get ready. */
export async function startServer(wire: Wire, settings: Settings): Promise<RunningServer> {
  return follow(wire.start('server', process.execPath, PROGRAM, JSON.stringify(settings)));
}

/** As `startServer`, with the socket made by a parent process and passed as descriptor 3, as systemd does. */
export async function startServerWithSocket(wire: Wire, settings: Settings): Promise<RunningServer> {
  const json = JSON.stringify({ ...settings, descriptor: 3 });
  const [program, ...words] = withSocketUnit(settings.interface);
  return follow(wire.start('server', program, ...words, process.execPath, PROGRAM, json));
}

async function follow(child: ChildProcess): Promise<RunningServer> {
  const { stdout, stderr, stdin } = child;
  if (stdout === null || stderr === null || stdin === null) throw new Error('the server has no pipes');
  const facts: RunningServer['facts'] = [];
  const reports: ((report: Report) => void)[] = [];
  let complaints = '';
  stderr.on('data', (text: Buffer) => {
    complaints += text.toString();
  });
  const ready = Promise.withResolvers<void>();
  const exited = once(child, 'exit');
  void exited.then(() => ready.reject(new Error(`the server ended: ${complaints}`)));
  createInterface({ input: stdout }).on('line', (text) => {
    const line: unknown = JSON.parse(text);
    const report = reportShape.safeParse(line);
    const fact = factShape.safeParse(line);
    if (report.success) reports.shift()?.(report.data);
    else if (fact.success) facts.push(fact.data);
    else ready.resolve();
  });
  await ready.promise;
  return {
    facts,
    report: () =>
      new Promise((resolve) => {
        reports.push(resolve);
        stdin.write('report\n');
      }),
    end: async (signal) => {
      child.kill(signal);
      await exited;
    },
  };
}
