/**
 * The report of `ingot dhcp import` for humans: counts, then what was left out, together where the reason is one. Pure.
 */
import type { Skipped } from '../dhcp-import/foreign.ts';

export type Imported = {
  readonly kind: 'reservation' | 'lease';
  readonly file: string;
  readonly line: number;
  readonly mac: string;
  readonly address: string | null;
  readonly result: 'taken' | 'unchanged' | 'skipped';
  readonly why: string | null;
};

type Report = {
  readonly imported: readonly Imported[];
  /** What the files hold that cannot be taken over at all. */
  readonly unread: readonly (Skipped & { readonly file: string })[];
  readonly isDryRun: boolean;
};

/** Places named of one reason; the rest is counted (`--json` has all). */
const MOST_PLACES = 5;

type Counts = Readonly<Record<Imported['result'], number>>;

/** How many of each kind had which end; `unread`: entries that are neither, or hold nothing that ingot takes. */
export function importCounts({ imported, unread }: Pick<Report, 'imported' | 'unread'>): {
  readonly reservations: Counts;
  readonly leases: Counts;
  readonly unread: number;
} {
  const of = (kind: Imported['kind']): Counts => {
    const count = (result: Imported['result']): number =>
      imported.filter((one) => one.kind === kind && one.result === result).length;
    return { taken: count('taken'), unchanged: count('unchanged'), skipped: count('skipped') };
  };
  return { reservations: of('reservation'), leases: of('lease'), unread: unread.length };
}

export function formatImport({ imported, unread, isDryRun }: Report): string {
  const skipped = [
    ...imported.flatMap(({ kind, mac, address, file, line, why }) =>
      why === null ? [] : [{ file, line, what: `${kind} ${address ?? ''} ${mac}`.replace('  ', ' '), why }],
    ),
    ...unread,
  ];
  const counted = importCounts({ imported, unread });
  const taken = isDryRun ? 'would be taken' : 'taken';
  const counts = (['reservations', 'leases'] as const).map((kind) => {
    const of = counted[kind];
    return `${kind}: ${of.taken} ${taken}, ${of.unchanged} there already, ${of.skipped} skipped\n`;
  });
  if (counted.unread > 0) counts.push(`other entries: ${counted.unread} skipped\n`);
  const reasons = [...Map.groupBy(skipped, ({ why }) => why)].map(([why, places]) => {
    const named = places.slice(0, MOST_PLACES).map((one) => `  ${one.file}:${one.line} ${one.what}\n`);
    const more = places.length - named.length;
    return `\nskipped: ${why}\n${named.join('')}${more > 0 ? `  and ${more} more\n` : ''}`;
  });
  return [...counts, ...reasons].join('');
}
