/**
 * The house rules that Biome has no rule for: no source file over 400 lines (tables of constants excepted,
 * marked by `// table of constants` in the first lines), no comment over 120 columns, and no import against the map of
 * the rooms.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

const MOST_LINES = 400;
const MOST_COLUMNS = 120;
const TABLE_MARK = 'table of constants';

/** Which rooms a room of src/ may import; the files of OPEN_TO_ALL are open to all. See docs/architecture.md. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  net: [],
  store: [],
  config: ['net', 'ipam'],
  dhcp: ['net', 'config'],
  'dhcp-import': ['net'],
  tftp: ['net'],
  syslog: ['net'],
  boot: ['net', 'config', 'images'],
  bmc: ['net', 'store'],
  images: ['net', 'store', 'lifecycle'],
  ipam: ['net', 'config', 'store'],
  lifecycle: ['net', 'store', 'bmc', 'boot', 'images', 'ipam', 'agent', 'config'],
  agent: [],
  api: ['net', 'store', 'lifecycle', 'ipam', 'config', 'agent'],
  cli: ['net', 'config', 'dhcp-import'],
  pki: [],
  lab: ['net', 'config', 'pki'],
};

/** Files at the top of src/ and the folder `daemon/` put the parts together and may import everything. */
const OPEN_TO_ALL = new Set([
  'errors.ts',
  'log.ts',
  'clock.ts',
  'version.ts',
  'json.ts',
  'hold-words.ts',
  'plain-text.ts',
  'secret-words.ts',
  'store/words.ts',
]);

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function tooLong(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  const lines = text.split('\n').length;
  const isTable = text.split('\n', 5).some((line) => line.includes(TABLE_MARK));
  return lines > MOST_LINES && !isTable
    ? [`${file}: ${lines} lines; ${MOST_LINES} is the limit, so split it by subject`]
    : [];
}

/** Biome wraps code, and leaves comments alone. */
function wideComments(file: string): readonly string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, at) => {
      const isComment = /^\s*(\/\/|\/\*|\*)/.test(line);
      return isComment && line.length > MOST_COLUMNS
        ? [`${file}:${at + 1}: a comment of ${line.length} columns; ${MOST_COLUMNS} is the limit`]
        : [];
    });
}

function wrongImports(file: string): readonly string[] {
  const [room = '', ...rest] = relative('src', file).split('/');
  const allowed = MAY_IMPORT[room];
  if (allowed === undefined || rest.length === 0) return [];
  const imports = readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']*)'/g);
  return [...imports].flatMap(([, target = '']) => {
    const path = relative('src', normalize(join(dirname(file), target)));
    const [other = ''] = path.split('/');
    if (other === room || OPEN_TO_ALL.has(path) || allowed.includes(other)) return [];
    return [`${file}: the room "${room}" may not import "${path}" (docs/architecture.md, "The rooms")`];
  });
}

const problems = [
  ...['src', 'test', 'scripts']
    .flatMap(sourceFiles)
    .flatMap((file) => [...tooLong(file), ...wideComments(file)]),
  ...sourceFiles('src').flatMap(wrongImports),
];
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
