/** `ingot …` as the documentation and the code's own sentences have it. */
import type { Io } from '../../src/cli/io.ts';
import { systemClock } from '../../src/clock.ts';

/** The words of each `ingot` in a line of shell; what may stand there or goes on is left out: `[NAME]`, a last `…`. */
export function ingotWordsIn(line: string): readonly (readonly string[])[] {
  return line
    .replace(/(^|\s)#.*$/, '')
    .replaceAll(/\$\(.*?\)/g, 'SUBSTITUTED')
    .split(/&&|\|\||[|;]|\s--\s/)
    .map((part) => part.replace(/(\s(…|\.\.\.|\\))+\s*$/, '').trim())
    .map((part) => part.replace(/^(sudo )?(bin\/)?/, '').split(/\s+/))
    .filter(([program, ...words]) => program === 'ingot' && words.length > 0)
    .map(([, ...words]) => words.filter((word) => !/^\[.*\]$/.test(word)));
}

/** Whether ingot knows the command and its options; else what it says. Commands are not run, but for their help. */
export async function complaintOf(words: readonly string[]): Promise<string | null> {
  const { code, said } = await askForHelp(words);
  if (code !== 0) return `ingot ${words.join(' ')}: ${said}`;
  const [word = '', verb] = words;
  // These have one help for all their verbs.
  const isTold = verb === undefined || !['config', 'lab'].includes(word) || said.includes(` ${verb} `);
  return isTold ? null : `ingot ${word} ${verb} is not in the help of ingot ${word}`;
}

async function askForHelp(
  words: readonly string[],
): Promise<{ readonly code: number; readonly said: string }> {
  const [word = '', ...rest] = [...words, '--help'];
  const said: string[] = [];
  const hear = (text: unknown): void => void said.push(String(text));
  const code = await answer(word, rest, hear);
  return { code, said: said.join('') };
}

async function answer(word: string, rest: readonly string[], hear: (text: unknown) => void): Promise<number> {
  const own = OWN[word];
  if (own !== undefined) return await withOutput(hear, async () => (await own())(rest));
  const { runGroup, SINGLE_COMMANDS } = await import('../../src/cli/groups.ts');
  const { runCommand } = await import('../../src/cli/command.ts');
  const io: Io = {
    out: hear,
    err: hear,
    env: {},
    clock: systemClock,
    askSecret: null,
    signal: new AbortController().signal,
  };
  const single = SINGLE_COMMANDS[word];
  return single === undefined ? await runGroup(word, rest, io) : await runCommand(single, rest, io);
}

type Run = (argv: readonly string[]) => Promise<number>;

/** Words that speak to no daemon. */
const OWN: Readonly<Record<string, () => Promise<Run>>> = {
  serve: async () => (await import('../../src/daemon.ts')).serveCommand,
  config: async () => (await import('../../src/config/command.ts')).configCommand,
  preflight: async () => (await import('../../src/daemon/preflight/command.ts')).preflightCommand,
  lab: async () => (await import('../../src/lab/command.ts')).labCommand,
};

async function withOutput(hear: (text: unknown) => void, run: () => Promise<number>): Promise<number> {
  const { stdout, stderr } = process;
  const [out, err] = [stdout.write, stderr.write];
  const write = (text: unknown): boolean => {
    hear(text);
    return true;
  };
  Object.assign(stdout, { write });
  Object.assign(stderr, { write });
  try {
    return await run();
  } finally {
    Object.assign(stdout, { write: out });
    Object.assign(stderr, { write: err });
  }
}
