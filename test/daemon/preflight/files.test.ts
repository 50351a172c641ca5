/** Which programs `ingot preflight` looks for. */
import { expect, test } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { programsFor } from '../../../src/daemon/preflight/files.ts';

const PXE = { name: 'pxe', role: 'pxe', interface: 'eth1', cidr: '10.20.0.0/16', address: '10.20.0.1' };
const OWN = { certificate: '/etc/ingot/boot.pem', key: '/etc/ingot/boot.key' };
const ALWAYS = ['qemu-img', 'xorriso'];

test.each([
  { case: 'HTTPS as it is by default', https: {}, networks: [PXE], programs: [...ALWAYS, 'openssl'] },
  { case: 'a certificate of the operator', https: OWN, networks: [PXE], programs: ALWAYS },
  { case: 'no HTTPS', https: { listen_port: null }, networks: [PXE], programs: ALWAYS },
  {
    case: 'no boot network',
    https: {},
    networks: [{ name: 'oob', role: 'oob', cidr: '10.30.0.0/24' }],
    programs: ALWAYS,
  },
])('with $case the daemon needs $programs', ({ https, networks, programs }) => {
  const config = configSchema.parse({ networks, boot: { https } });
  expect(programsFor(config).map(({ name }) => name)).toEqual(programs);
});
