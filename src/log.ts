import { pino } from 'pino';

/** Field names whose values never reach a log line, wherever they stand (two levels deep). */
const SECRET_FIELDS = [
  'password',
  'redfish_password',
  'token',
  'agent_token',
  'authorization',
  'configdrive',
  'user_data',
  'secret',
];

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
  const paths = SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino(
    { level, base: null, redact: { paths, censor: '******' }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
}
