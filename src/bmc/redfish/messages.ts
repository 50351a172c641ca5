/** What a BMC says about a refusal: `error` with `@Message.ExtendedInfo` (DSP0266, "Error responses"). */
import { oneLine } from '../../plain-text.ts';
import { MASK } from '../../secret-words.ts';
import { asDict, type Dict, dictField, field, isDict, textField } from './decode.ts';

export type RedfishMessage = {
  /** The last dotted part of MessageId: registry prefixes and versions vary by vendor. */
  readonly id: string;
  readonly text: string;
  readonly resolution: string | null;
};

const MAX_TEXT = 300;

export function messagesOf(body: unknown): readonly RedfishMessage[] {
  const root = asDict(body);
  const error = dictField(root, 'error');
  const infos = [...listOf(error), ...listOf(root)].map(
    (info): RedfishMessage => ({
      id: lastPart(textField(info, 'MessageId') ?? ''),
      text: textField(info, 'Message') ?? '',
      resolution: textField(info, 'Resolution'),
    }),
  );
  if (infos.some((info) => info.id !== '' || info.text !== '')) return infos;
  const code = textField(error, 'code');
  const message = textField(error, 'message');
  if (code === null && message === null) return [];
  return [{ id: lastPart(code ?? ''), text: message ?? '', resolution: null }];
}

/** An array by the standard, a lone object on some Dell firmware. */
function listOf(owner: Dict): readonly Dict[] {
  const info = field(owner, '@Message.ExtendedInfo');
  if (Array.isArray(info)) return info.filter(isDict);
  return isDict(info) ? [info] : [];
}

function lastPart(messageId: string): string {
  return messageId.split('.').at(-1) ?? '';
}

/** One line for the operator; `secrets` never appear in it, whatever the BMC echoes. */
export function sayMessages(
  messages: readonly RedfishMessage[],
  text: string,
  secrets: readonly string[],
): string {
  const said = messages.map((message) => message.text || message.id).filter((line) => line !== '');
  const line = said.length > 0 ? said.join(' ') : text.replaceAll(/<[^>]*>/g, ' ');
  const short = oneLine(line).replaceAll(/\s+/g, ' ');
  return censor(short, secrets).slice(0, MAX_TEXT);
}

export function censor(text: string, secrets: readonly string[]): string {
  return secrets.reduce((line, secret) => (secret === '' ? line : line.replaceAll(secret, MASK)), text);
}
