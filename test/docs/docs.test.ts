/** What the documentation names is there: files, headings, commands with their options, keys of the configuration. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { complaintOf, ingotWordsIn } from './commands.ts';
import { isConfigKey, SECTIONS } from './config-keys.ts';
import { anchorsOf, codeLinesOf, codeSpansOf, linksOf, PAGES, ROOT } from './pages.ts';

const CODE = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(ROOT, 'src', file), 'utf8'))
  .join('\n');

/** Texts of the code that look like one: `boot.script`. */
const EVENT_KINDS = new Set(CODE.match(/(?<=')[a-z]+\.[a-z_]+(?=')/g));

describe.each(PAGES)('$path', (page) => {
  it('links to files and headings that are there', () => {
    const dead = linksOf(page).filter(({ file, heading }) => {
      if (!existsSync(join(ROOT, file))) return true;
      const target = PAGES.find(({ path }) => path === file);
      return heading !== '' && !(target && anchorsOf(target).includes(heading));
    });
    expect(dead).toEqual([]);
  });

  it('names files of the project that are there', () => {
    const places = /^(src|test|scripts|docs|config|systemd|boot-assets|bin)\/[\w./-]*$/;
    const named = codeSpansOf(page).filter((code) => places.test(code));
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('names commands that ingot has, with options that they take', async () => {
    const lines = [...codeSpansOf(page), ...codeLinesOf(page)];
    for (const words of lines.flatMap(ingotWordsIn)) expect(await complaintOf(words)).toBeNull();
  });

  it('names keys of the configuration and kinds of events that there are', () => {
    const keys = codeSpansOf(page).filter((code) => {
      const [section = '', ...more] = code.split('.');
      return more.length > 0 && /^[a-z_.]+$/.test(code) && SECTIONS.includes(section);
    });
    expect(keys.filter((key) => !isConfigKey(key) && !EVENT_KINDS.has(key))).toEqual([]);
  });

  it('names scripts of npm that are in package.json', () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
    const named = [...page.text.matchAll(/npm run ([a-z]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

it('what ingot says names commands to its operators, no routes of the API', () => {
  const said = CODE.split('\n').filter((line) => !/^\s*(\/\*\*|\*|\/\/)/.test(line));
  expect(
    said.filter((line) => /(?<!\[)[`(](GET|PUT|POST|PATCH|DELETE) \/(v1|ingot|lcm)\//.test(line)),
  ).toEqual([]);
});

it('what fails in the field is shown by tests that are there', () => {
  const text = readFileSync(join(ROOT, 'docs/netboot-field.md'), 'utf8');
  const columns = text.split('\n').map((line) => /\|([^|]*)\|$/.exec(line)?.[1] ?? '');
  const named = columns.flatMap((column) => [...column.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
  const isThere = (name: string): boolean =>
    ['.test.ts', '.system.test.ts'].some((end) => existsSync(join(ROOT, 'test', `${name}${end}`))) ||
    (name.endsWith('/*') && existsSync(join(ROOT, 'test', name.slice(0, -2))));
  expect(named.filter((name) => !isThere(name))).toEqual([]);
  expect(named.length).toBeGreaterThan(30);
});

it('the sentences of the code name commands that ingot has', async () => {
  const named = new Set(CODE.match(/\bingot (node|image|dhcp|token|template|runbook) [a-z]+/g));
  for (const line of named)
    for (const words of ingotWordsIn(line)) expect(await complaintOf(words)).toBeNull();
  expect(named.size).toBeGreaterThan(20);
});

it('docs/architecture.md has a row for each room of src', () => {
  const { text = '' } = PAGES.find(({ path }) => path === 'docs/architecture.md') ?? {};
  const rows = [...text.matchAll(/^\| (`.*?) \|/gm)].flatMap(
    ([, cell = '']) => cell.match(/[\w-]+(?=\/`)/g) ?? [],
  );
  const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  expect(rows.toSorted()).toEqual(folders.map(({ name }) => name).toSorted());
});
