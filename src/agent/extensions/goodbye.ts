/** The answer to a call (and a heartbeat) leave before the machine, its network or its agent goes. */
export const BEFORE_GOING_MS = 2000;
