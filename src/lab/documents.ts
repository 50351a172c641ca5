/** The files that a lab writes for its user: machines to enroll, and a configuration for the daemon. Pure. */
import path from 'node:path';
import { stringify } from 'yaml';
import { LCM, OOB, PXE } from './addresses.ts';
import { caFile, LAB_FILES } from './files.ts';
import type { Credentials, Lab, MachinePlan } from './records.ts';

const node = (machine: MachinePlan, ca: string, credentials: Credentials) => ({
  name: machine.name,
  driver: 'redfish',
  driver_info: {
    redfish_address: `https://${machine.bmc_address}`,
    redfish_system_id: '/redfish/v1/Systems/1',
    redfish_username: credentials.username,
    redfish_password: credentials.password,
    redfish_verify_ca: ca,
  },
  properties: {
    capabilities: `boot_mode:${machine.firmware}${machine.secure_boot ? ',secure_boot:true' : ''}`,
  },
  ports: [
    { address: machine.pxe.mac, pxe_enabled: true, physical_network: 'pxe' },
    { address: machine.lcm.mac, pxe_enabled: false, physical_network: 'lcm' },
  ],
});

/** The enroll file, in the shape that Ironic's `baremetal create FILE` reads. Holds the BMC password. */
export function nodesYaml(lab: Pick<Lab, 'dir' | 'machines'>, credentials: Credentials): string {
  return stringify({ nodes: lab.machines.map((machine) => node(machine, caFile(lab.dir), credentials)) });
}

/** The daemon's configuration in the lab: to be served from the namespace `seed`. */
export function ingotYaml(dir: string): string {
  return stringify({
    state_dir: path.join(dir, LAB_FILES.state),
    boot: { kernel_args: 'console=ttyS0,115200' },
    networks: [
      {
        name: 'pxe',
        role: 'pxe',
        interface: PXE.seed_interface,
        cidr: PXE.cidr,
        address: PXE.seed_address,
        gateway: null,
        dhcp: 'authoritative',
        ranges: [
          { use: 'dhcp', ...PXE.dhcp },
          { use: 'static', ...PXE.static },
        ],
      },
      {
        name: 'lcm',
        role: 'lcm',
        interface: LCM.seed_interface,
        cidr: LCM.cidr,
        address: LCM.seed_address,
        dhcp: 'off',
        ranges: [{ use: 'static', ...LCM.static }],
      },
      { name: 'oob', role: 'oob', cidr: OOB.cidr },
    ],
  });
}
