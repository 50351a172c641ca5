/** The lines of iPXE and the ramdisk: whatever comes becomes one bounded line of printable text, or nothing. */
import { LONGEST_TEXT, parseSyslog } from '../../../src/syslog/message.ts';
import { mutate, noise, pick, type Random } from '../mutate.ts';
import { type FuzzRun, type FuzzTarget, promise, survives } from '../target.ts';

const LINES = [
  '<134>ipxe: net0: 52:54:00:ab:cd:ef using snponly',
  '<13>Nov 23 03:14:15 ramdisk ingot-agent[123]: looks its node up',
  '<165>1 2026-11-23T03:14:15.003Z host app 1 ID47 [x@1 a="1" b="\\"]"][y@2] text',
  '<6>[    1.234567] EFI stub: UEFI Secure Boot is enabled',
  `<999>${'['.repeat(500)}${'"\\'.repeat(500)}`,
  'no priority at all',
];
/** What might reach a terminal or a second line. */
const CONTROL = /\p{Cc}/u;

function openCodec(random: Random): FuzzRun {
  const step = (): void => {
    const valid = Buffer.from(pick(random, LINES));
    const input = random.below(10) === 0 ? noise(random, random.below(3000)) : mutate(valid, random);
    const line = survives(input, () => parseSyslog(input));
    if (line === null) return;
    promise(line.text.length > 0 && line.text.length <= LONGEST_TEXT, 'a line without bound', input);
    promise(!CONTROL.test(line.text) && !CONTROL.test(line.app ?? ''), 'control characters', input);
    promise(line.severity >= 0 && line.severity <= 7, `severity ${line.severity}`, input);
  };
  return { step };
}

export const targets: readonly FuzzTarget[] = [
  { group: 'syslog', name: 'the syslog codec', open: openCodec },
];
