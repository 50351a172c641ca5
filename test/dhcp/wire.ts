/**
 * Two network namespaces with a cable (or several) between them, and programs run inside; a third one, `far`, where
 * machines are to be behind the client's. Needs root.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export type Side = 'server' | 'client' | 'far';

export type Wire = {
  /** Interface names are `s0`, `s1`, ... on the server's side and `c0`, `c1`, ... on the client's. */
  addCable(number: number, serverAddress: string): Promise<void>;
  /** From the client's side (`r0`, `r1`, ... with that address) to the far one (`f0`, `f1`, ...). */
  addFarCable(number: number, nearAddress: string): Promise<void>;
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

const TWO: readonly Side[] = ['server', 'client'];
export const WITH_FAR: readonly Side[] = [...TWO, 'far'];

type End = { readonly side: Side; readonly name: string };

export async function layWire(name: string, sides: readonly Side[] = TWO): Promise<Wire> {
  const space = (side: Side): string => `ingot-${name}-${process.pid}-${side}`;
  const addCable = async (near: End & { readonly address: string }, other: End): Promise<void> => {
    const peer = ['type', 'veth', 'peer', other.name, 'netns', space(other.side)];
    await execute('ip', ['link', 'add', near.name, 'netns', space(near.side), ...peer]);
    await execute('ip', ['-n', space(near.side), 'address', 'add', near.address, 'dev', near.name]);
    await execute('ip', ['-n', space(near.side), 'link', 'set', near.name, 'up']);
    await execute('ip', ['-n', space(other.side), 'link', 'set', other.name, 'up']);
  };
  for (const side of sides) {
    await execute('ip', ['netns', 'add', space(side)]);
    await execute('ip', ['-n', space(side), 'link', 'set', 'lo', 'up']);
  }
  return {
    addCable: (number, address) =>
      addCable({ side: 'server', name: `s${number}`, address }, { side: 'client', name: `c${number}` }),
    addFarCable: (number, address) =>
      addCable({ side: 'client', name: `r${number}`, address }, { side: 'far', name: `f${number}` }),
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
      for (const side of sides) {
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
