/** The hardware that a simulated agent tells of, in the shape of ironic-python-agent's inventory. */
export function simulatedInventory(mac: string): { readonly [key: string]: unknown } {
  return {
    interfaces: [
      {
        name: 'eth0',
        mac_address: mac,
        ipv4_address: '127.0.0.1',
        ipv6_address: null,
        has_carrier: true,
        lldp: null,
        vendor: '0x1af4',
        product: '0x0001',
        speed_mbps: 10_000,
        pci_address: null,
        driver: 'simulated',
      },
    ],
    cpu: {
      model_name: 'simulated',
      frequency: '1000',
      count: 2,
      architecture: 'x86_64',
      flags: [],
      socket_count: 1,
    },
    disks: [
      {
        name: '/dev/sda',
        model: 'simulated',
        size: 8 * 1024 ** 3,
        rotational: false,
        wwn: null,
        serial: `SIM-${mac}`,
        vendor: null,
        wwn_with_extension: null,
        wwn_vendor_extension: null,
        hctl: '0:0:0:0',
        by_path: null,
      },
    ],
    memory: { total: 4 * 1024 ** 3, physical_mb: 4096 },
    bmc_address: null,
    system_vendor: {
      product_name: 'simulated',
      serial_number: `SIM-${mac}`,
      manufacturer: 'ingot',
      firmware: { vendor: 'ingot', version: '1', build_date: '01/01/2026' },
    },
    boot: { current_boot_mode: 'uefi', pxe_interface: mac },
    hostname: 'simulated',
  };
}
