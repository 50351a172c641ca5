/** Ironic's two error shapes, both as JSON text inside `error_message`. Pure. */
import { asIngotError, ERROR_CODES, type IngotError } from '../errors.ts';

export type ErrorBody = { readonly error_message: string };

/**
 * An error of a handler. `hint` and `code` are ours; Ironic's clients read `faultstring` only. A defect of ours
 * answers no detail: its message may hold anything, and it is in the log under the request's id.
 */
export function faultBody(error: IngotError, requestId: string): ErrorBody {
  const bug = ERROR_CODES[error.code].blame === 'bug';
  return {
    error_message: JSON.stringify({
      faultcode: error.status < 500 ? 'Client' : 'Server',
      faultstring: bug
        ? `ingot failed on this request; its log has the reason under ${requestId}.`
        : error.message,
      debuginfo: null,
      code: error.code,
      hint: error.hint,
    }),
  };
}

/** An error of routing or of version negotiation, before any handler. */
export function routingBody(code: number, title: string, description: string): ErrorBody {
  return { error_message: JSON.stringify({ code, title, description }) };
}

/** Whatever was thrown while a request was handled, as an answer: its status and its error. */
export function answerFor(
  thrown: unknown,
  attempted: string,
): { status: number; error: IngotError | null; title: string } {
  const framework = frameworkStatus(thrown);
  if (framework !== null) return { status: framework.status, error: null, title: framework.message };
  const error = asIngotError(thrown, attempted);
  return { status: error.status, error, title: error.message };
}

/** Fastify's own refusals (malformed JSON, body too large, bad media type) carry a status below 500. */
function frameworkStatus(thrown: unknown): { status: number; message: string } | null {
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return null;
  const status = thrown.statusCode;
  if (typeof status !== 'number' || status < 400 || status >= 500) return null;
  return { status, message: thrown.message };
}
