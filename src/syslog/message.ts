/** One datagram of syslog, as RFC 5424 or RFC 3164 writes it, or as iPXE and kernels do in their own way. Pure. */
import { oneLine } from '../plain-text.ts';

export type SyslogLine = {
  /** What spoke, such as `ipxe` or `ingot-agent`; null when it does not say. */
  readonly app: string | null;
  /** 0 (emergency) to 7 (debug); RFC 3164 4.3.3 takes 5 for a line that does not say. */
  readonly severity: number;
  /** One line without control characters, at most `LONGEST_TEXT` characters. */
  readonly text: string;
};

export const LONGEST_TEXT = 500;
/** RFC 5424 6.1: a receiver should take 2048 octets; what is longer is cut. */
const MOST_BYTES = 2048;
const DEFAULT_PRIORITY = 13;

const PRIORITY = /^<(\d{1,3})>/;
/** VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID, then structured data and the message. */
const RFC_5424 = /^1 \S+ \S+ (\S{1,48}) \S+ \S+ (.*)$/s;
const STRUCTURED_DATA = /^(?:-|(?:\[(?:[^\]"\\]|\\.|"(?:[^"\\]|\\.)*")*\])+) ?/;
/** `Nov 23 03:14:15 host `, or a part of it: iPXE leaves out the time, kernels the host. */
const RFC_3164_TIME = /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d /;
const TAGGED = /^(?:([\w.-]{1,255}) )?([\w./-]{1,48})(?:\[\d+\])?: ?(.*)$/s;

/** Null when there is nothing to read in it. Takes whatever comes: what has no form of syslog is text. */
export function parseSyslog(datagram: Uint8Array): SyslogLine | null {
  const whole = Buffer.from(datagram.subarray(0, MOST_BYTES)).toString('utf8');
  const priority = Number(PRIORITY.exec(whole)?.[1] ?? DEFAULT_PRIORITY);
  const severity = priority > 191 ? DEFAULT_PRIORITY & 7 : priority & 7;
  const { app, text } = contentOf(whole.replace(PRIORITY, ''));
  const plain = oneLine(text, LONGEST_TEXT);
  return plain === ''
    ? null
    : { app: app === null || app === '-' ? null : oneLine(app) || null, severity, text: plain };
}

function contentOf(content: string): { readonly app: string | null; readonly text: string } {
  const modern = RFC_5424.exec(content);
  if (modern !== null) {
    const [, app = '-', rest = ''] = modern;
    return { app, text: rest.replace(STRUCTURED_DATA, '').replace(/^\uFEFF/, '') };
  }
  const rest = content.replace(RFC_3164_TIME, '');
  const tagged = TAGGED.exec(rest);
  return tagged === null ? { app: null, text: rest } : { app: tagged[2] ?? null, text: tagged[3] ?? '' };
}
