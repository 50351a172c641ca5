import { z } from 'zod';
import { LONGEST_TRAIT, NO_TRAIT, TRAIT } from '../../lifecycle/given-values.ts';

/** One trait. */
export const trait = z.string().max(LONGEST_TRAIT).regex(TRAIT, NO_TRAIT);
