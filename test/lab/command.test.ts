import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { labCommand } from '../../src/lab/command.ts';

let dir = '';
let out = '';

beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'ingot-lab-command-'));
  out = '';
  const take = (text: string | Uint8Array): boolean => {
    out += String(text);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(dir, { recursive: true });
});

describe('ingot lab', () => {
  const calls = [
    { words: ['--help'], code: 0, says: /Usage: ingot lab COMMAND/ },
    { words: [], code: 2, says: /What to do\?/ },
    { words: ['fly'], code: 2, says: /no "ingot lab fly".*\n.*up, status, down/ },
    { words: ['up', '--colour', 'red'], code: 2, says: /--colour/ },
    { words: ['up', '--bios', 'many'], code: 2, says: /--bios takes a number/ },
    {
      words: ['exec', '--in', 'moon', '--', 'true'],
      code: 2,
      says: /no namespace "moon".*\n.*seed, router, oob, switch/,
    },
    { words: ['exec'], code: 2, says: /No command was given/ },
    { words: ['exec', '--', 'true'], code: 1, says: /There is no lab in/ },
    { words: ['status'], code: 3, says: /There is no lab in .*\n.*ingot lab up/ },
    { words: ['console', 'm1'], code: 1, says: /There is no lab in/ },
    { words: ['down'], code: 0, says: /nothing to do/ },
  ];
  it.each(calls)('$words ends with $code and a sentence', async ({ words, code, says }) => {
    const [verb, ...rest] = words;
    const argv = verb === undefined ? [] : [verb, ...(verb.startsWith('-') ? [] : ['--dir', dir]), ...rest];
    expect(await labCommand(argv)).toBe(code);
    expect(out).toMatch(says);
  });

  it('tells its errors as JSON where JSON was asked for', async () => {
    expect(await labCommand(['status', '--json', '--dir', dir])).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'not_found', hint: expect.any(String) } });
  });
});
