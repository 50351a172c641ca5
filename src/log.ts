import { type Logger, pino } from 'pino';
import { isSecretLogField, MASK } from './secret-words.ts';

/** Below the fields of the line itself: how deep the values of secret ones are looked for. */
const LEVELS_DEEP = 2;

/** Characters in one write, as many as pino passes on at once. */
const MOST_GATHERED = 16 * 1024;

export type Log = {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** A logger whose lines all carry these fields: `component`, `node`, `mac`, `bmc`, `xid`, ... */
  child(fields: object): Log;
};

/** JSON lines on standard error (systemd's journal takes them), secrets censored. */
export function createLog(level: 'debug' | 'info' | 'warn' | 'error' | 'silent' = 'info'): Log {
  // pino's own redaction takes longer than all else about a line, and DHCP writes thousands of lines a second.
  const formatters = { log: loggable };
  const options = { level, base: null, formatters, timestamp: pino.stdTimeFunctions.isoTime };
  return logOf(pino(options, gatheredStandardError()));
}

function logOf(logger: Logger): Log {
  return {
    debug: logger.debug.bind(logger),
    info: logger.info.bind(logger),
    warn: logger.warn.bind(logger),
    error: logger.error.bind(logger),
    child: (fields) => logOf(logger.child(loggable(fields))),
  };
}

/** What pino tells its stream of each line, when asked to (pino/docs/api.md, `pino.metadata`). */
type GatheringStream = {
  readonly [METADATA]: true;
  lastLevel: number;
  write(line: string): void;
};
const METADATA = Symbol.for('pino.metadata');
const ERROR_LEVEL = pino.levels.values.error ?? 50;

/**
 * Lines of one turn of the event loop leave in one write, at its end; an exit of the process or thread loses none. An
 * error leaves at once: the process may be about to say the same in plain words, or to end.
 */
function gatheredStandardError(): GatheringStream {
  // Its own gathering ends in an fsync each time, and whoever logs would wait for the disk.
  const destination = pino.destination({ fd: 2, sync: true });
  let gathered = '';
  let turn: NodeJS.Immediate | null = null;
  const flush = (): void => {
    if (turn !== null) clearImmediate(turn);
    turn = null;
    process.removeListener('exit', flush);
    destination.write(gathered);
    gathered = '';
  };
  const stream: GatheringStream = {
    [METADATA]: true,
    lastLevel: 0,
    write: (line) => {
      gathered += line;
      if (gathered.length >= MOST_GATHERED || stream.lastLevel >= ERROR_LEVEL) flush();
      else if (turn === null) {
        turn = setImmediate(flush);
        process.once('exit', flush);
      }
    },
  };
  return stream;
}

/** The fields without the values of secret ones: the same object when there are none. */
export function loggable(fields: object): Record<string, unknown> {
  return censored(fields, LEVELS_DEEP);
}

function censored(value: object, levels: number): Record<string, unknown> {
  const fields = value as Record<string, unknown>;
  let copy: Record<string, unknown> | null = null;
  for (const [name, field] of Object.entries(fields)) {
    const clean = isSecretLogField(name)
      ? MASK
      : levels > 0 && typeof field === 'object' && field !== null
        ? censored(field, levels - 1)
        : field;
    if (clean === field) continue;
    copy ??= { ...fields };
    copy[name] = clean;
  }
  return copy ?? fields;
}
