import { listenerClashes } from './listeners.ts';
import type { ConfigCheck } from './load.ts';
import { networkProblems } from './networks.ts';

/** All that is checked beyond the form of single keys, wherever a configuration is read. */
export const CHECKS: readonly ConfigCheck[] = [networkProblems, listenerClashes];
