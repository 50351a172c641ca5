import { expect, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { serverAddresses } from '../../src/config/server-address.ts';

test('our own answer to a search may come from any address at which machines are served', () => {
  const { networks } = configSchema.parse({
    networks: [
      {
        name: 'pxe',
        role: 'pxe',
        interface: 'eth1',
        cidr: '10.20.0.0/16',
        address: '10.20.0.1',
        dhcp: 'authoritative',
      },
      {
        name: 'behind',
        role: 'pxe',
        interface: 'eth2',
        cidr: '10.21.0.0/16',
        address: '10.21.0.1',
        dhcp: 'authoritative',
        server_address: '192.0.2.9',
      },
      { name: 'lcm', role: 'lcm', cidr: '10.22.0.0/16' },
    ],
  });
  expect([...serverAddresses(networks)]).toEqual(['10.20.0.1', '192.0.2.9']);
});
