/** What an operator reads when `ingot serve` does not start. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const ingot = join(import.meta.dirname, '../../bin/ingot');

function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'ingot-refused-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

it('ends with 1, and with the sentence and the advice as plain last lines, when the machine is not fit for it', () => {
  const file = join(temporaryFolder(), 'ingot.yaml');
  writeFileSync(file, `state_dir: ${file}\n`);
  const { status, stderr } = spawnSync(ingot, ['serve', '--config', file], { encoding: 'utf8' });
  expect(status).toBe(1);
  const [json = '', ...plain] = stderr.trimEnd().split('\n').slice(-3);
  expect(JSON.parse(json)).toMatchObject({ code: 'environment' });
  expect(plain[0]).toBe(`The folder ${file} cannot be made: ${file} is a file`);
  expect(plain[1]).toMatch(/^Give the user that runs ingot the right to write there/);
});
