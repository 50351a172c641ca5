/** QEMU Machine Protocol over a Unix socket: one JSON object a line (qemu docs/interop/qmp-spec). */
import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { IngotError } from '../../errors.ts';

const ANSWER_MS = 10_000;
/** Far above any answer that we ask for; a longer line means that this is not QEMU. */
const MAX_LINE_BYTES = 1 << 20;

const lineSchema = z.object({
  QMP: z.unknown().optional(),
  id: z.number().optional(),
  return: z.unknown().optional(),
  error: z.object({ class: z.string(), desc: z.string() }).optional(),
  event: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});
type Line = z.output<typeof lineSchema>;

export type QmpEvent = { readonly name: string; readonly data: Readonly<Record<string, unknown>> };

export type Qmp = {
  /** @throws IngotError `environment` when QEMU refuses, ends, or does not answer within 10 s. */
  execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Resolves when the connection ends: QEMU serves it until its own end. */
  readonly closed: Promise<void>;
  close(): void;
};

const failed = (message: string, cause?: unknown): IngotError =>
  new IngotError('environment', message, { hint: 'Read qemu.log in the folder of that machine.', cause });

type Waiter = { readonly resolve: (value: unknown) => void; readonly reject: (error: IngotError) => void };

function parseLine(text: string): Line | null {
  try {
    const parsed = lineSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Answers wait under their id; the greeting waits under 0, which no command has. */
const GREETING = 0;

/**
 * Connects and negotiates capabilities.
 * @throws IngotError `environment` when nobody listens there or the greeting does not come.
 */
export async function connectQmp(path: string, onEvent: (event: QmpEvent) => void): Promise<Qmp> {
  const socket: Socket = connect({ path });
  const waiters = new Map<number, Waiter>();
  let lastId = GREETING;
  let rest = '';

  const wait = (id: number, what: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiters.delete(id);
        reject(failed(`QEMU at ${path} did not answer "${what}" within ${ANSWER_MS / 1000} s`));
      }, ANSWER_MS);
      const settled =
        <T>(act: (value: T) => void) =>
        (value: T): void => {
          clearTimeout(timer);
          waiters.delete(id);
          act(value);
        };
      waiters.set(id, { resolve: settled(resolve), reject: settled(reject) });
    });

  const take = (line: Line | null): void => {
    if (line === null) return;
    if (line.event !== undefined) onEvent({ name: line.event, data: line.data ?? {} });
    const waiter = waiters.get(line.QMP === undefined ? (line.id ?? -1) : GREETING);
    if (line.error !== undefined) waiter?.reject(failed(`QEMU at ${path} refused: ${line.error.desc}`));
    else waiter?.resolve(line.return);
  };

  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      for (const waiter of [...waiters.values()]) waiter.reject(failed(`QEMU at ${path} is gone`));
      resolve();
    });
  });
  // 'close' follows and tells everybody who waits.
  socket.on('error', () => undefined);
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_BYTES) socket.destroy();
    for (const text of lines) take(parseLine(text));
  });

  const execute: Qmp['execute'] = (command, args) => {
    if (socket.destroyed) return Promise.reject(failed(`QEMU at ${path} is gone`));
    lastId += 1;
    const answer = wait(lastId, command);
    socket.write(`${JSON.stringify({ execute: command, arguments: args, id: lastId })}\n`);
    return answer;
  };

  try {
    await wait(GREETING, 'greeting');
    await execute('qmp_capabilities');
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return { execute, closed, close: () => socket.destroy() };
}
