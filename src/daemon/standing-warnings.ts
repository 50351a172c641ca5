import type { DhcpNotice } from '../dhcp/notice.ts';

export type StandingWarning = Pick<DhcpNotice, 'kind' | 'sentence'>;

export type StandingWarnings = {
  take(notice: DhcpNotice): void;
  /** What is still so, the oldest first. */
  list(): readonly StandingWarning[];
};

/** Kept at most; the oldest is forgotten first. */
const MOST = 100;

type Effect = {
  readonly does: 'stands' | 'ends';
  /** Tells a warning from the others: what it is about. */
  readonly about: (notice: DhcpNotice) => string;
};

const server = ({ network, data }: DhcpNotice): string => `${network} ${data.server}`;
const absence = ({ network }: DhcpNotice): string => `${network} none`;
/** Nothing mends it; it stands until the next start, which does not meet it any more. */
const place = ({ data }: DhcpNotice): string => `${data.file} ${data.at}`;

/** What each kind of notice does to the warning about the same thing; null: it tells of a moment. */
const EFFECTS: Readonly<Record<DhcpNotice['kind'], Effect | null>> = {
  'dhcp.other_server': { does: 'stands', about: server },
  'dhcp.other_server_gone': { does: 'ends', about: server },
  'dhcp.no_server': { does: 'stands', about: absence },
  'dhcp.server_found': { does: 'ends', about: absence },
  'dhcp.lease_log_damaged': { does: 'stands', about: place },
  'dhcp.address_in_use': null,
  'dhcp.quarantine_full': null,
  'dhcp.proxy_arp': null,
  'dhcp.too_many_strangers': null,
  'dhcp.no_mac': null,
  'dhcp.shared_uuid': null,
  'network.datagrams_dropped': null,
};

/** Those that the status does not tell in numbers or lists of its own, as it does other servers. */
export function statusSentences(warnings: readonly StandingWarning[]): readonly string[] {
  return warnings.flatMap(({ kind, sentence }) => (kind === 'dhcp.other_server' ? [] : [sentence]));
}

/** Warnings that hold until they are taken back: `why` tells them to whom they may explain something. */
export function createStandingWarnings(): StandingWarnings {
  const standing = new Map<string, StandingWarning>();
  return {
    take: (notice) => {
      const effect = EFFECTS[notice.kind];
      if (effect === null) return;
      const about = effect.about(notice);
      standing.delete(about);
      if (effect.does === 'ends') return;
      standing.set(about, { kind: notice.kind, sentence: notice.sentence });
      const [oldest] = standing.keys();
      if (standing.size > MOST && oldest !== undefined) standing.delete(oldest);
    },
    list: () => [...standing.values()],
  };
}
