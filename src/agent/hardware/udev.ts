/** One record of udev's database, `/run/udev/data/b8:0`: lines `E:NAME=value` (properties) and `S:link`. */

export type UdevRecord = {
  readonly properties: ReadonlyMap<string, string>;
  /** Device links with `/dev/` in front, sorted. */
  readonly links: readonly string[];
};

export function parseUdevRecord(text: string): UdevRecord {
  const lines = text.split('\n');
  const properties = lines
    .filter((line) => line.startsWith('E:') && line.includes('='))
    .map((line): [string, string] => {
      const equals = line.indexOf('=');
      return [line.slice(2, equals), line.slice(equals + 1)];
    });
  const links = lines.filter((line) => line.startsWith('S:')).map((line) => `/dev/${line.slice(2)}`);
  return { properties: new Map(properties), links: links.toSorted() };
}
