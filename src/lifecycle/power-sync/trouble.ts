/** What may be wrong with a BMC, how often it must show before it is told, and when the BMC is asked again. Pure. */
import type { ErrorCode } from '../../errors.ts';
import type { BmcTroubleKind } from '../../store/words.ts';

const KIND_OF: Readonly<Partial<Record<ErrorCode, BmcTroubleKind>>> = {
  bmc_unreachable: 'unreachable',
  timeout: 'unreachable',
  bmc_auth: 'credentials',
  bmc_tls: 'certificate',
  bmc_bad_answer: 'bad answer',
  bmc_refused: 'bad answer',
};

/** Null for failures that say nothing about the BMC, such as a queue of ours that is full. */
export function troubleKindOf(code: ErrorCode): BmcTroubleKind | null {
  return KIND_OF[code] ?? null;
}

/** What the BMC does, or did. */
export const TELLS: Readonly<Record<BmcTroubleKind, { readonly present: string; readonly past: string }>> = {
  unreachable: { present: 'cannot be reached', past: 'could not be reached' },
  credentials: { present: 'refuses the credentials', past: 'refused the credentials' },
  certificate: {
    present: 'shows a certificate that is not trusted',
    past: 'showed a certificate that is not trusted',
  },
  'bad answer': { present: 'answers with something unusable', past: 'answered with something unusable' },
};

type Patience = {
  /** Looks in a row that must fail before it is told: a BMC that restarts is back by the second. */
  readonly tries: number;
  /** Seconds until the look after the telling one; they double up to the longest. */
  readonly firstS: number;
  readonly longestS: number;
};

const PATIENCE: Readonly<Record<BmcTroubleKind, Patience>> = {
  unreachable: { tries: 2, firstS: 120, longestS: 900 },
  // Each look is a failed login, of which BMCs take few before they lock the account.
  credentials: { tries: 1, firstS: 600, longestS: 3_600 },
  certificate: { tries: 1, firstS: 300, longestS: 1_800 },
  'bad answer': { tries: 2, firstS: 120, longestS: 1_800 },
};

/** Whether the trouble is told after this many looks in a row that failed. */
export function isTold(kind: BmcTroubleKind, failures: number): boolean {
  return failures >= PATIENCE[kind].tries;
}

/** Milliseconds until the BMC is asked again; 0: at the next round. */
export function backOffMs(kind: BmcTroubleKind, failures: number): number {
  const { tries, firstS, longestS } = PATIENCE[kind];
  return failures < tries ? 0 : Math.min(firstS * 2 ** (failures - tries), longestS) * 1_000;
}
