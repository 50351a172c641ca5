/** One trait. Ironic takes `CUSTOM_…` and the list of os-traits, whose names all begin with one of these words. */
import { z } from 'zod';

export const trait = z
  .string()
  .max(255)
  .regex(
    /^(CUSTOM|HW|COMPUTE|STORAGE|MISC|OWNER)_[A-Z0-9_]+$/,
    'a trait is CUSTOM_ with capitals, digits and _, or one of os-traits',
  );
