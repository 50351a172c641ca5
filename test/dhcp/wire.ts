/** Two network namespaces with a cable (or several) between them, and programs run inside. Needs root. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export type Side = 'server' | 'client';

export type Wire = {
  /** Interface names are `s0`, `s1`, ... on the server's side and `c0`, `c1`, ... on the client's. */
  addCable(number: number, serverAddress: string): Promise<void>;
  /** Deletes both ends, as a driver that is loaded anew does. */
  removeCable(number: number): Promise<void>;
  /** Runs to the end; a failing program is an outcome, not an exception. */
  run(side: Side, program: string, ...args: readonly string[]): Promise<Outcome>;
  start(side: Side, program: string, ...args: readonly string[]): ChildProcess;
  /** The words before a program that make it run there. */
  enter(side: Side): readonly string[];
  /** The words that stand before a program to run it there. */
  launch(side: Side): readonly string[];
  remove(): Promise<void>;
};

export type Outcome = { readonly code: number; readonly output: string };

export async function layWire(name: string): Promise<Wire> {
  const space = (side: Side): string => `ingot-${name}-${process.pid}-${side}`;
  for (const side of ['server', 'client'] as const) {
    await execute('ip', ['netns', 'add', space(side)]);
    await execute('ip', ['-n', space(side), 'link', 'set', 'lo', 'up']);
  }
  return {
    addCable: async (number, serverAddress) => {
      const [server, client] = [`s${number}`, `c${number}`];
      const ends = [
        server,
        'netns',
        space('server'),
        'type',
        'veth',
        'peer',
        client,
        'netns',
        space('client'),
      ];
      await execute('ip', ['link', 'add', ...ends]);
      await execute('ip', ['-n', space('server'), 'address', 'add', serverAddress, 'dev', server]);
      await execute('ip', ['-n', space('server'), 'link', 'set', server, 'up']);
      await execute('ip', ['-n', space('client'), 'link', 'set', client, 'up']);
    },
    removeCable: async (number) => {
      await execute('ip', ['-n', space('server'), 'link', 'delete', `s${number}`]);
    },
    run: async (side, program, ...args) => {
      try {
        const { stdout, stderr } = await execute('ip', ['netns', 'exec', space(side), program, ...args]);
        return { code: 0, output: stdout + stderr };
      } catch (thrown) {
        if (!(thrown instanceof Error) || !('stdout' in thrown) || !('code' in thrown)) throw thrown;
        return {
          code: Number(thrown.code),
          output: `${thrown.stdout}${'stderr' in thrown ? thrown.stderr : ''}`,
        };
      }
    },
    enter: (side) => ['ip', 'netns', 'exec', space(side)],
    start: (side, program, ...args) => spawn('ip', ['netns', 'exec', space(side), program, ...args]),
    launch: (side) => ['ip', 'netns', 'exec', space(side)],
    remove: async () => {
      for (const side of ['server', 'client'] as const) {
        await endProcesses(space(side));
        await execute('ip', ['netns', 'delete', space(side)]);
      }
    },
  };
}

/** Clients go into the background (dhclient): none may outlive its namespace. */
async function endProcesses(namespace: string): Promise<void> {
  const { stdout } = await execute('ip', ['netns', 'pids', namespace]);
  for (const pid of stdout.split('\n').filter((line) => line !== '')) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
}
