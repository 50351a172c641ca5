/** Writes docs/openapi.json from the catalog of routes. A test fails while the file is behind. */
import { writeFile } from 'node:fs/promises';
import { openApiDocument } from '../src/api/openapi/document.ts';

export const OPENAPI_FILE = new URL('../docs/openapi.json', import.meta.url);

export function openApiText(): string {
  return `${JSON.stringify(openApiDocument(), null, 2)}\n`;
}

if (import.meta.main) await writeFile(OPENAPI_FILE, openApiText());
