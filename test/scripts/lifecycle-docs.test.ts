import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { LIFECYCLE_PAGE, lifecyclePage } from '../../scripts/lifecycle-docs.ts';

test('docs/lifecycle.md shows the graph that the code walks (else: npm run docs)', async () => {
  expect(await readFile(LIFECYCLE_PAGE, 'utf8')).toBe(lifecyclePage());
});
