/** The report of `ingot dhcp import` for humans: counts, then what was left out, together where the reason is one. Pure. */
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

export function formatImport({ imported, unread, isDryRun }: Report): string {
  const skipped = [
    ...imported.flatMap(({ kind, mac, address, file, line, why }) =>
      why === null ? [] : [{ file, line, what: `${kind} ${address ?? ''} ${mac}`.replace('  ', ' '), why }],
    ),
    ...unread,
  ];
  const counts = (['reservation', 'lease'] as const).map((kind) => {
    const count = (result: Imported['result']): number =>
      imported.filter((one) => one.kind === kind && one.result === result).length;
    const taken = isDryRun ? 'would be taken' : 'taken';
    return `${kind}s: ${count('taken')} ${taken}, ${count('unchanged')} there already, ${count('skipped')} skipped\n`;
  });
  const reasons = [...Map.groupBy(skipped, ({ why }) => why)].map(([why, places]) => {
    const named = places.slice(0, MOST_PLACES).map((one) => `  ${one.file}:${one.line} ${one.what}\n`);
    const more = places.length - named.length;
    return `\nskipped: ${why}\n${named.join('')}${more > 0 ? `  and ${more} more\n` : ''}`;
  });
  return [...counts, ...reasons].join('');
}
