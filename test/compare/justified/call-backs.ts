// table of constants
import { type Justified, SENTENCE, STATUS_AND_SENTENCE } from './reason.ts';

/** Of what ramdisks call. */
export const OF_CALL_BACKS: readonly Justified[] = [
  {
    calls: ['call-backs: look-up with an unknown argument', 'call-backs: heartbeat with an unknown argument'],
    at: STATUS_AND_SENTENCE,
    why: 'agents grow: what a newer one says besides is passed over, so that its machine still boots',
  },
  {
    calls: ['call-backs: heartbeat with a call-back of a number'],
    at: SENTENCE,
    why: 'ingot names the field and what it takes; Ironic repeats the value',
  },
];
