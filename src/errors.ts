/**
 * The one error type of ingot. `message` says what was attempted on what and what happened; `hint` says what
 * the operator should do next. Neither ever contains a secret, or a control character that a caller or machine sent.
 */
import { plainText } from './plain-text.ts';

/** Who has to act: the caller, the peer that answered badly, the machine we run on, or we (a bug). */
export type Blame = 'operator' | 'peer' | 'environment' | 'bug';

/** Every error code, with the HTTP status the API gives it and who is to blame. */
export const ERROR_CODES = {
  invalid_input: { status: 400, blame: 'operator' },
  not_acceptable: { status: 406, blame: 'operator' },
  unauthorized: { status: 401, blame: 'operator' },
  forbidden: { status: 403, blame: 'operator' },
  not_found: { status: 404, blame: 'operator' },
  method_not_allowed: { status: 405, blame: 'operator' },
  conflict: { status: 409, blame: 'operator' },
  invalid_state: { status: 400, blame: 'operator' },
  node_locked: { status: 409, blame: 'operator' },
  too_large: { status: 413, blame: 'operator' },
  busy: { status: 503, blame: 'environment' },
  config_invalid: { status: 500, blame: 'operator' },
  bmc_unreachable: { status: 502, blame: 'peer' },
  bmc_auth: { status: 502, blame: 'operator' },
  bmc_tls: { status: 502, blame: 'operator' },
  bmc_refused: { status: 502, blame: 'peer' },
  bmc_bad_answer: { status: 502, blame: 'peer' },
  agent_unreachable: { status: 502, blame: 'peer' },
  agent_failed: { status: 502, blame: 'peer' },
  image_unreachable: { status: 502, blame: 'peer' },
  /** The source is there and says no, or has no such file: asking again does not help. */
  image_refused: { status: 502, blame: 'operator' },
  image_checksum: { status: 502, blame: 'peer' },
  image_invalid: { status: 400, blame: 'operator' },
  image_too_large: { status: 400, blame: 'operator' },
  no_root_device: { status: 400, blame: 'operator' },
  ambiguous_root_device: { status: 400, blame: 'operator' },
  no_address: { status: 503, blame: 'environment' },
  /** A row of the store that cannot be read; unlike a defect of ours, it is named in the answer. */
  damaged_row: { status: 500, blame: 'operator' },
  missing_program: { status: 500, blame: 'environment' },
  missing_file: { status: 500, blame: 'environment' },
  environment: { status: 500, blame: 'environment' },
  /** The command line was wrong. */
  usage: { status: 400, blame: 'operator' },
  /** The `ingot` command does not reach the daemon's API. */
  daemon_unreachable: { status: 502, blame: 'environment' },
  timeout: { status: 504, blame: 'peer' },
  internal: { status: 500, blame: 'bug' },
} as const satisfies Record<string, { status: number; blame: Blame }>;

export type ErrorCode = keyof typeof ERROR_CODES;

export class IngotError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  /** uuid of the node whose lock was in the way: of `node_locked` only. */
  readonly lockedNode: string | null;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint: string; cause?: unknown; lockedNode?: string },
  ) {
    super(plainText(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'IngotError';
    this.code = code;
    this.hint = plainText(options.hint);
    this.lockedNode = options.lockedNode ?? null;
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }
}

/** Any thrown value as an `IngotError`; a foreign one becomes `internal` with its message kept. */
export function asIngotError(thrown: unknown, attempted: string): IngotError {
  if (thrown instanceof IngotError) return thrown;
  const kept = fromThread(thrown);
  if (kept !== null) return kept;
  const because = thrown instanceof Error ? thrown.message : String(thrown);
  return new IngotError('internal', `${attempted}: ${because}`, {
    hint: 'This is a defect in ingot: please report it with the lines of the log around it.',
    cause: thrown,
  });
}

/** An `IngotError` that another thread ended with: on the way it loses its class, and keeps what it says. */
function fromThread(thrown: unknown): IngotError | null {
  if (!(thrown instanceof Error) || !('code' in thrown) || !('hint' in thrown)) return null;
  const { code, hint } = thrown;
  if (typeof code !== 'string' || typeof hint !== 'string' || !isErrorCode(code)) return null;
  return new IngotError(code, thrown.message, { hint, cause: thrown.cause });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}
