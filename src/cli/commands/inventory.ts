/** `ingot node inventory`: what the last inspection found, above all how the disks can be told apart. */
import { z } from 'zod';
import { type Command, nameOf, printJson } from '../command.ts';
import { EXIT } from '../io.ts';
import { formatBytes, formatFacts, formatTable } from '../table.ts';

const text = z.string().nullish().catch(null);
const count = z.number().nullish().catch(null);

/** A BMC tells less than a ramdisk, and agents differ: what is not there is shown as a dash. */
const shown = z.object({
  system_vendor: z
    .object({ manufacturer: text, product_name: text, serial_number: text })
    .nullish()
    .catch(null),
  cpu: z.object({ count, architecture: text, model_name: text }).nullish().catch(null),
  memory: z.object({ physical_mb: count }).nullish().catch(null),
  boot: z.object({ current_boot_mode: text }).nullish().catch(null),
  disks: z
    .array(z.object({ name: text, size: count, model: text, serial: text, wwn: text, by_path: text }))
    .nullish()
    .catch([]),
  interfaces: z
    .array(z.object({ name: text, mac_address: text, has_carrier: z.boolean().nullish().catch(null) }))
    .nullish()
    .catch([]),
});
type Shown = z.output<typeof shown>;

export const inventory: Command = {
  usage: 'ingot node inventory NAME',
  summary: 'Shows what the last inspection found: the machine, its disks, its NICs.',
  details: `
What tells a disk apart is set as root_device: ingot node set NAME 'properties/root_device={"serial":"..."}'
With --json: all that was found.
`,
  options: {},
  least: 1,
  most: 1,
  async run(call) {
    const found = await call.client.nodes.inventory(nameOf(call));
    if (call.json) printJson(call.io, found);
    else call.io.out(formatInventory(shown.parse(found.inventory)));
    return EXIT.ok;
  },
};

function formatInventory({ disks, interfaces, ...machine }: Shown): string {
  const diskRows = (disks ?? []).map(({ name, size, model, serial, wwn, by_path }) =>
    [name, size == null ? null : formatBytes(size), model, serial, wwn, by_path].map(dash),
  );
  const nicRows = (interfaces ?? []).map(({ name, mac_address, has_carrier }) => [
    dash(name),
    dash(mac_address),
    has_carrier == null ? '-' : has_carrier ? 'link' : 'no link',
  ]);
  return [
    formatFacts(factsOf(machine)),
    formatTable(['disk', 'size', 'model', 'serial', 'wwn', 'by_path'], diskRows) || 'No disks.\n',
    formatTable(['nic', 'mac', 'link'], nicRows) || 'No NICs.\n',
  ].join('\n');
}

function factsOf({
  system_vendor: system,
  cpu,
  memory,
  boot,
}: Omit<Shown, 'disks' | 'interfaces'>): readonly (readonly [string, string])[] {
  const mb = memory?.physical_mb ?? null;
  return [
    ['system', words(system?.manufacturer, system?.product_name)],
    ['serial', dash(system?.serial_number)],
    ['CPUs', words(cpu?.count?.toString(), cpu?.architecture, cpu?.model_name)],
    ['memory', mb === null ? '-' : formatBytes(mb * (1 << 20))],
    ['boot mode', dash(boot?.current_boot_mode)],
  ];
}

function words(...said: readonly (string | null | undefined)[]): string {
  return dash(said.filter((one) => one != null && one !== '').join(' '));
}

function dash(value: string | null | undefined): string {
  return value == null || value === '' ? '-' : value;
}
