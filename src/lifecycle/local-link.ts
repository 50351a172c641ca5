/** What is known of the link of a NIC (Ironic's `local_link_connection`), written by clients or by inspection rules. */
import { z } from 'zod';
import { parseMac } from '../net/mac.ts';

/** Whole sets of names, of which Ironic takes any: a switch's port, a smart NIC's, one of a VTEP. */
const SETS: readonly (readonly string[])[] = [
  ['switch_id', 'port_id'],
  ['port_id', 'hostname'],
  ['port_id', 'vtep-logical-switch', 'vtep-physical-switch'],
];

/** Of Open vSwitch's VTEP, which came later than links did. */
const VTEP = ['vtep-logical-switch', 'vtep-physical-switch'] as const;
const VTEP_SINCE = 90;

/** Names in a link that a version does not have yet. */
export const LINK_SINCE: Readonly<Record<string, number>> = {
  network_type: 64,
  ...Object.fromEntries(VTEP.map((name) => [name, VTEP_SINCE])),
};

const text = z.string().max(255).optional();

/** Shown as `aa:bb:cc:dd:ee:ff`, or an OpenFlow datapath ID as its 16 digits. */
const switchId = z.string().transform((given, context) => {
  const known = parseMac(given) ?? (/^[0-9a-f]{16}$/i.test(given) ? given.toLowerCase() : null);
  if (known !== null) return known;
  context.addIssue({ code: 'custom', message: 'a MAC address or an OpenFlow datapath ID is expected' });
  return z.NEVER;
});

type Link = Readonly<Record<string, string>>;

/** None is known of an empty one. */
export const localLink = z
  .strictObject({
    port_id: text,
    switch_id: switchId.optional(),
    hostname: text,
    switch_info: text,
    network_type: z.enum(['managed', 'unmanaged']).optional(),
    'vtep-logical-switch': text,
    'vtep-physical-switch': text,
  })
  .transform((given): Link => {
    const known = Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    return Object.fromEntries(known);
  })
  .superRefine((link, context) => {
    const absent = absentFrom(link);
    if (absent !== null) context.addIssue({ code: 'custom', message: `'${absent}' is a required property` });
  });

function absentFrom(link: Link): string | null {
  const half = VTEP.filter((name) => link[name] === undefined);
  if (half.length === 1) return half[0] ?? null;
  if (Object.keys(link).length === 0 || link.network_type === 'unmanaged') return null;
  if (SETS.some((names) => names.every((name) => link[name] !== undefined))) return null;
  return link.switch_id === undefined ? 'switch_id' : 'port_id';
}

/** Whether a link is one of a smart NIC, which is known by its host. */
export function isOfSmartNic(link: Readonly<Record<string, unknown>>): boolean {
  return link.port_id !== undefined && link.hostname !== undefined;
}

/** The link as a version may know it: one with a VTEP is shown empty before 1.90. */
export function linkAt<L extends Readonly<Record<string, unknown>>>(
  link: L,
  minor: number,
): L | Record<string, never> {
  return minor < VTEP_SINCE && VTEP.some((name) => link[name] !== undefined) ? {} : link;
}
