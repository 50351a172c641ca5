import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configSchema } from '../../src/config/schema.ts';
import { ingotYaml, nodesYaml } from '../../src/lab/documents.ts';
import { lab } from './fixtures.ts';

describe('the files that a lab writes for its user', () => {
  it("holds the machines in the shape of Ironic's `baremetal create FILE`", () => {
    const written: unknown = parse(nodesYaml(lab, { username: 'admin', password: 'pa: "ss' }));
    expect(written).toEqual({
      nodes: [
        {
          name: 'm1',
          driver: 'redfish',
          driver_info: {
            redfish_address: 'https://10.30.0.11',
            redfish_system_id: '/redfish/v1/Systems/1',
            redfish_username: 'admin',
            redfish_password: 'pa: "ss',
            redfish_verify_ca: '/srv/lab/tls/ca.pem',
          },
          properties: { capabilities: 'boot_mode:bios' },
          ports: [
            { address: '52:54:00:20:00:01', pxe_enabled: true, physical_network: 'pxe' },
            { address: '52:54:00:40:00:01', pxe_enabled: false, physical_network: 'lcm' },
          ],
        },
        expect.objectContaining({ name: 'm2', properties: { capabilities: 'boot_mode:uefi' } }),
      ],
    });
  });

  it('says of a machine with Secure Boot that its node uses it', () => {
    const secure = { ...lab, machines: lab.machines.map((machine) => ({ ...machine, secure_boot: true })) };
    const written: unknown = parse(nodesYaml(secure, { username: 'admin', password: 'x' }));
    expect(written).toMatchObject({
      nodes: [{}, { properties: { capabilities: 'boot_mode:uefi,secure_boot:true' } }],
    });
  });

  it('is a configuration that the daemon takes, without an address of the BMC network to give away', () => {
    const config = configSchema.parse(parse(ingotYaml('/srv/lab')));
    expect(config.state_dir).toBe('/srv/lab/state');
    expect(
      config.networks.map(({ name, interface: link, address, dhcp }) => ({ name, link, address, dhcp })),
    ).toEqual([
      { name: 'pxe', link: 'eth-pxe', address: '10.20.0.1', dhcp: 'authoritative' },
      { name: 'lcm', link: 'eth-lcm', address: '10.40.0.1', dhcp: 'off' },
      { name: 'oob', link: undefined, address: undefined, dhcp: 'off' },
    ]);
    expect(config.networks[1]?.ranges).toEqual([{ use: 'static', from: '10.40.0.50', to: '10.40.0.99' }]);
    expect(config.networks[2]?.ranges).toEqual([]);
  });
});
