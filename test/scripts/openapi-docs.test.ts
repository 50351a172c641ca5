import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { OPENAPI_FILE, openApiText } from '../../scripts/openapi-docs.ts';

test('docs/openapi.json is the document that the API serves (else: npm run docs)', async () => {
  // Compared as one value: a difference of a thousand lines helps nobody.
  expect((await readFile(OPENAPI_FILE, 'utf8')) === openApiText()).toBe(true);
});
