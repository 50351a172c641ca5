/** The README and the pages of docs/, as what a reader follows out of them: links, headings and code. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

export type Page = { readonly path: string; readonly text: string };

/** Paths are relative to the root of the project. */
export const PAGES: readonly Page[] = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

const FENCED = /^( *)```[^\n]*\n(.*?)^\1```/gms;

/** Targets of links within the project, relative to its root, with the heading where one is named. */
export function linksOf({
  path,
  text,
}: Page): readonly { readonly file: string; readonly heading: string }[] {
  const targets = [...text.replaceAll(FENCED, '').matchAll(/\]\(([^)\s]+)\)/g)].map(
    ([, target = '']) => target,
  );
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', heading = ''] = target.split('#');
      return { file: file === '' ? path : join(dirname(path), file), heading };
    });
}

/** As GitHub makes them of headings: `## Jobs, and why` → `jobs-and-why`. */
export function anchorsOf({ text }: Page): readonly string[] {
  return [...text.replaceAll(FENCED, '').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** What stands between backticks in running text. */
export function codeSpansOf({ text }: Page): readonly string[] {
  return [...text.replaceAll(FENCED, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) =>
    code.replaceAll(/\s*\n\s*/g, ' '),
  );
}

/** Lines of code blocks, fenced or indented; a line that ends in a backslash goes on in the next one. */
export function codeLinesOf({ text }: Page): readonly string[] {
  const fenced = [...text.matchAll(FENCED)].map(([, , code = '']) => code);
  const indented = text.replaceAll(FENCED, '').match(/^ {4}.*$/gm) ?? [];
  return [...fenced, indented.join('\n')]
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim());
}
