/** What a fact of DHCP carries along beside the usual, so that only machines that need it cost anything. Pure. */
import { architectureName } from '../../boot/client.ts';
import type { DhcpFact } from '../../dhcp/facts.ts';
import { printable } from '../../plain-text.ts';
import type { ClientDetails } from './packet-protocol.ts';

/** Longest vendor class that is stored and shown; firmware says about 40 characters. */
const MOST_CHARACTERS = 128;

/** What a machine that no node owns said of itself. */
export function clientDetails(fact: DhcpFact): ClientDetails {
  const { network, vendorClass, archs, uuid } = fact;
  const isBooting = archs.length > 0 || /^(PXE|HTTP)Client/.test(vendorClass ?? '');
  return {
    network,
    uuid,
    vendorClass: vendorClass === null ? null : printable(vendorClass, MOST_CHARACTERS),
    architecture: isBooting ? architectureName({ vendorClass, archs, userClass: null, ipxe: null }) : null,
  };
}
