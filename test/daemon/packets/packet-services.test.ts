/** Which servers run for which networks, and whose machines depend on them. */
import { expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { configSchema } from '../../../src/config/schema.ts';
import type { PacketService } from '../../../src/daemon/packets/packet-protocol.ts';
import { startPacketServices } from '../../../src/daemon/packets/packet-services.ts';
import { bootNetworks } from '../../../src/dhcp/wires/network.ts';
import { createLog } from '../../../src/log.ts';

const network = (name: string, number: number, more: object) => ({
  name,
  role: 'pxe',
  interface: `eth${number}`,
  cidr: `10.2${number}.0.0/24`,
  address: `10.2${number}.0.1`,
  ...more,
});

async function servicesFor(networks: readonly object[]): Promise<readonly PacketService[]> {
  const told: PacketService[] = [];
  const serve = async () => ({ stop: async () => undefined });
  const services = startPacketServices(
    { dhcp: serve, boot: serve, tftp: serve, syslog: serve },
    {
      networks: bootNetworks(configSchema.parse({ networks }).networks),
      indexOf: () => 1,
      clock: systemClock,
      log: createLog('silent'),
      tell: (service) => told.push(service),
    },
  );
  for (const service of services) await service.stop();
  return told;
}

it('where DHCP is off, machines that are sent to us get all but DHCP, and may do without', async () => {
  expect(await servicesFor([network('pxe', 1, { dhcp: 'off' })])).toEqual([
    { name: 'PXE pxe', at: 'eth1:4011', networks: [], problem: null },
    { name: 'TFTP pxe', at: '10.21.0.1:69', networks: [], problem: null },
    { name: 'syslog pxe', at: '10.21.0.1:514', networks: [], problem: null },
  ]);
});

it('a network behind routers is reached by the address of ours that it names', async () => {
  const far = { name: 'far', role: 'pxe', cidr: '10.29.0.0/24', server_address: '10.21.0.1' };
  expect((await servicesFor([far])).map(({ at }) => at)).toEqual([
    '10.21.0.1:4011',
    '10.21.0.1:69',
    '10.21.0.1:514',
  ]);
});

it('a network that shares the wire of one with DHCP shares its servers; that one depends on them', async () => {
  const dhcp = network('pxe', 1, { dhcp: 'authoritative' });
  const off = { ...network('other', 1, {}), cidr: '10.29.0.0/24', address: '10.29.0.1' };
  const told = await servicesFor([dhcp, off]);
  expect(told.map(({ name, networks }) => [name, networks])).toEqual([
    ['DHCP pxe', ['pxe']],
    ['PXE pxe, other', ['pxe']],
    ['TFTP pxe', ['pxe']],
    ['syslog pxe', ['pxe']],
    ['TFTP other', []],
    ['syslog other', []],
  ]);
});

it.each([
  ['another role', { role: 'lcm' }],
  ['no address of ours', { address: undefined }],
])('nothing is served with dhcp: off on a network of %s', async (_what, more) => {
  expect(await servicesFor([network('pxe', 1, { dhcp: 'off', ...more })])).toEqual([]);
});
