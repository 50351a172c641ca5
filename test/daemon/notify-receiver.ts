/** What the daemon tells systemd, heard by a foreign program: Python's own datagram sockets. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type NotifyReceiver = {
  /** The datagrams so far, in order. */
  readonly heard: readonly string[];
  stop(): Promise<void>;
};

export async function startNotifyReceiver(path: string): Promise<NotifyReceiver> {
  const program = join(import.meta.dirname, 'notify-receiver.py');
  const child = spawn('/usr/bin/python3', [program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  await once(lines, 'line');
  const heard: string[] = [];
  lines.on('line', (line) => heard.push(String(JSON.parse(line))));
  return {
    heard,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
