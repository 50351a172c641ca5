import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tooOld } from '../../scripts/node-version.ts';

const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));

test.each(['18.19.0', '20.20.2', '22.11.0'])(
  'Node %s is refused with the way to the right one',
  (version) => {
    expect(tooOld(version, engines.node)).toMatch(
      new RegExp(`need Node 24 or newer, and this is Node ${version.replaceAll('.', '\\.')}: .*npm test`),
    );
  },
);

test.each(['24.0.0', '24.21.0', '26.1.0', process.versions.node])('Node %s is taken', (version) => {
  expect(tooOld(version, engines.node)).toBeNull();
});
