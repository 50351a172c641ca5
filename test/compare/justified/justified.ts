import { OF_CALL_BACKS } from './call-backs.ts';
import { OF_LIFECYCLE } from './lifecycle.ts';
import { OF_PARTS } from './parts.ts';
import type { Justified } from './reason.ts';
import { OF_RESOURCES } from './resources.ts';

/** Where ingot answers otherwise than Ironic 21.4 does, and why that stays so. */
export const JUSTIFIED: readonly Justified[] = [
  ...OF_RESOURCES,
  ...OF_LIFECYCLE,
  ...OF_CALL_BACKS,
  ...OF_PARTS,
];
