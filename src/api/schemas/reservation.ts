/** The shapes of DHCP reservations as clients write them. */
import { z } from 'zod';
import { parseIpv4 } from '../../net/ipv4.ts';
import { mac, nicMac } from './common.ts';

export const ipv4 = z.string().transform((text, context) => {
  const address = parseIpv4(text);
  if (address !== null) return address;
  context.addIssue({ code: 'custom', message: `"${text}" is not an IPv4 address such as 10.20.0.7` });
  return z.NEVER;
});

export const reservationCreate = z.strictObject({
  mac: nicMac,
  network: z.string().max(63).nullable().default(null),
  address: ipv4.nullable().default(null),
  /** Absent: none, or the one that a reservation of this MAC has there. */
  hostname: z.string().max(253).nullish(),
  replace: z.boolean().default(false),
});
export const reservationPath = z.object({ network: z.string(), mac });
export const reservationQuery = z.strictObject({ network: z.string().optional(), mac: mac.optional() });
