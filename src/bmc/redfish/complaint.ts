/** From a BMC's answer that is no success to the error that the operator reads. Pure. */
import { IngotError } from '../../errors.ts';
import type { RedfishTarget } from './driver-info.ts';
import type { Answer, Request } from './exchange.ts';
import { censor, messagesOf, type RedfishMessage, sayMessages } from './messages.ts';
import { BUSY_MESSAGES, LICENCE_MESSAGES } from './quirks.ts';

const LOGIN_HINT =
  'Check driver_info/redfish_username and driver_info/redfish_password; the account may also be locked after too many ' +
  'wrong logins, or its role may lack the right to do this.';

/** The error for an answer of 3xx, 4xx or 5xx, by its status and messages. */
export function complaintAbout(target: RedfishTarget, request: Request, answer: Answer): IngotError {
  const messages = messagesOf(answer.body);
  const { status } = answer;
  const bmc = `BMC ${target.address}`;
  const what = `${request.method} ${request.path}`;
  const said = saidBy(target, answer, messages);

  if (has(messages, LICENCE_MESSAGES))
    return new IngotError('bmc_refused', `${bmc} refused ${what}: a licence is missing${said}`, {
      hint: "Install the vendor's licence for out-of-band management on this BMC.",
    });
  if (messages.some((message) => message.id === 'PasswordChangeRequired'))
    return new IngotError(
      'bmc_auth',
      `${bmc} wants the password of its account changed first (HTTP ${status})`,
      {
        hint: "Log in to the BMC's web page, change the password, then set driver_info/redfish_password.",
      },
    );
  if (status === 401 || status === 403)
    return new IngotError(
      'bmc_auth',
      `${bmc} does not accept the login for ${what} (HTTP ${status})${said}`,
      {
        hint: LOGIN_HINT,
      },
    );
  if (status >= 300 && status < 400)
    return new IngotError('bmc_bad_answer', `${bmc} redirects ${what} elsewhere (HTTP ${status})`, {
      hint: 'Give the address that the BMC redirects to as driver_info/redfish_address.',
    });
  if (status === 404)
    return new IngotError('bmc_refused', `${bmc} has no ${request.path} (HTTP 404)${said}`, {
      hint: 'Check driver_info/redfish_address and redfish_system_id, and that Redfish is enabled on the BMC.',
    });
  return new IngotError('bmc_refused', `${bmc} refused ${what} (HTTP ${status})${said}`, {
    hint: resolutionOf(target, messages) ?? (isBusy(messages) || status >= 500 ? BUSY_HINT : REFUSED_HINT),
  });
}

const BUSY_HINT = 'The BMC is busy or restarting. Try again in a minute; if it stays so, restart the BMC.';
const REFUSED_HINT = "Look into the BMC's own log for the reason; a newer BMC firmware may be needed.";

export function isBusy(messages: readonly RedfishMessage[]): boolean {
  return has(messages, BUSY_MESSAGES);
}

export function has(messages: readonly RedfishMessage[], table: ReadonlyMap<string, string>): boolean {
  return messages.some((message) => table.has(message.id));
}

/** The error for a success whose body is no JSON object. */
export function malformedAnswer(target: RedfishTarget, request: Request): IngotError {
  const message = `BMC ${target.address} answered ${request.method} ${request.path} with something that is no JSON object`;
  return new IngotError('bmc_bad_answer', message, {
    hint: 'Check that driver_info/redfish_address names the BMC and its Redfish port; a restart of the BMC may help.',
  });
}

function saidBy(target: RedfishTarget, answer: Answer, messages: readonly RedfishMessage[]): string {
  const line = sayMessages(messages, answer.text, secretsOf(target));
  return line === '' ? '' : `: ${line}`;
}

function secretsOf(target: RedfishTarget): readonly string[] {
  return target.credentials === null ? [] : [target.credentials.password];
}

function resolutionOf(target: RedfishTarget, messages: readonly RedfishMessage[]): string | null {
  const resolution = messages.find((message) => message.resolution !== null)?.resolution ?? null;
  // The registry's filler for "there is nothing to say".
  if (resolution === null || /^none\.?$/i.test(resolution)) return null;
  return censor(resolution, secretsOf(target)).slice(0, 300);
}
