/** Which machine an address was given to. */
import type { Mac } from './mac.ts';

export type AddressHolder =
  | { readonly kind: 'machine'; readonly mac: Mac }
  /** We give the addresses of its network, and gave it to nobody. */
  | { readonly kind: 'nobody' }
  /** Another DHCP server gives the addresses there, or none. */
  | { readonly kind: 'untold' };
