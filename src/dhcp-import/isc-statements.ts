/** The grammar that ISC's dhcpd.conf and dhcpd.leases share: words, then `;` or a block. Pure. */
import { badLine } from './foreign.ts';

export type Statement = {
  readonly line: number;
  /** Commas are no words; strings stand without their quotes. */
  readonly words: readonly string[];
  /** Null: it ended with a semicolon. */
  readonly block: readonly Statement[] | null;
  /** The file ended in the middle of it. */
  readonly cutOff: boolean;
};

type Token = { readonly line: number; readonly text: string; readonly isString: boolean };
type Open = { readonly line: number; readonly words: readonly string[]; readonly statements: Statement[] };

/** Deeper than groups in pools in subnets in shared networks ever are. */
const MOST_DEPTH = 64;
const TOKEN = /\n|#[^\n]*|"(?:[^"\\]|\\[\s\S])*"|[{};,]|[^\s{};,"#]+|"/g;

/** @throws IngotError `invalid_input` with the line of a `}` too many, a string without an end, or too deep a block */
export function readStatements(text: string): readonly Statement[] {
  const top: Statement[] = [];
  const open: Open[] = [];
  let words: string[] = [];
  let begun = 1;
  let line = 1;
  const add = (statement: Statement): void => void (open.at(-1)?.statements ?? top).push(statement);
  for (const token of tokensOf(text)) {
    line = token.line;
    if (words.length === 0) begun = line;
    if (token.isString || !/^[{};,]$/.test(token.text)) {
      words.push(token.text);
      continue;
    }
    if (token.text === ',') continue;
    if (token.text === ';') {
      if (words.length > 0) add({ line: begun, words, block: null, cutOff: false });
    } else if (token.text === '{') {
      if (open.length === MOST_DEPTH) throw badLine(line, 'blocks are nested too deep');
      open.push({ line: begun, words, statements: [] });
    } else {
      const closed = open.pop();
      if (closed === undefined) throw badLine(line, '"}" closes nothing');
      add({ line: closed.line, words: closed.words, block: closed.statements, cutOff: false });
    }
    words = [];
  }
  for (let left = open.pop(); left !== undefined; left = open.pop()) {
    add({ line: left.line, words: left.words, block: left.statements, cutOff: true });
  }
  return top;
}

function* tokensOf(text: string): Generator<Token> {
  let line = 1;
  for (const [found] of text.matchAll(TOKEN)) {
    if (found === '\n') line++;
    else if (found === '"') throw badLine(line, 'a string has no end');
    else if (found.startsWith('"')) {
      yield { line, text: found.slice(1, -1), isString: true };
      line += found.split('\n').length - 1;
    } else if (!found.startsWith('#')) yield { line, text: found, isString: false };
  }
}
