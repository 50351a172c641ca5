/**
 * One wire with Debian's dnsmasq as its DHCP server: the daemon (`server`), dnsmasq (`client`, whose bridge joins both
 * cables) and a machine (`far`).
 */
import { join } from 'node:path';
import { layWire, WITH_FAR, type Wire } from './wire.ts';

export const DNSMASQ = '10.77.0.5';
/** It gives 10.77.50.10 to 10.77.50.20. */
const RANGE = '--dhcp-range=10.77.50.10,10.77.50.20,255.255.0.0,10m';

export async function layWireWithDnsmasq(
  name: string,
  settings: {
    readonly folder: string;
    /** The daemon's address on `s0`. */
    readonly ours: string;
    /** Of the machine's `f0`. */
    readonly mac: string;
    /** More words for dnsmasq. */
    readonly words: readonly string[];
  },
): Promise<Wire> {
  const wire = await layWire(name, WITH_FAR);
  await wire.addCable(0, `${settings.ours}/16`);
  await wire.addFarCable(0, '192.0.2.1/32');
  await wire.run('client', 'ip', 'link', 'add', 'br0', 'type', 'bridge', 'forward_delay', '0');
  for (const nic of ['c0', 'r0']) await wire.run('client', 'ip', 'link', 'set', nic, 'master', 'br0');
  await wire.run('client', 'ip', 'address', 'add', `${DNSMASQ}/16`, 'dev', 'br0');
  await wire.run('client', 'ip', 'link', 'set', 'br0', 'up');
  await wire.run('far', 'ip', 'link', 'set', 'f0', 'address', settings.mac);
  const files = [`--dhcp-leasefile=${join(settings.folder, 'dnsmasq.leases')}`, '--conf-file='];
  const words = ['--keep-in-foreground', '--port=0', '--interface=br0', '--no-ping', ...files, RANGE];
  wire.start('client', 'dnsmasq', ...words, ...settings.words);
  return wire;
}

export type Heard = Readonly<Record<string, unknown>>;

/** What a machine hears; `replies` is how many it waits for. */
export async function hearOn(
  wire: Wire,
  settings: { readonly mac: string; readonly replies?: number },
): Promise<readonly Heard[]> {
  const program = join(import.meta.dirname, 'raw-client.ts');
  const question = { interface: 'f0', type: 'discover', ...settings };
  const { code, output } = await wire.run('far', process.execPath, program, JSON.stringify(question));
  if (code !== 0) throw new Error(output);
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): Heard => JSON.parse(line))
    .toSorted((one, other) => String(one.from).localeCompare(String(other.from)));
}
