import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ingot } from '../rig/daemon.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-config-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function serve(yaml: string): Promise<{ readonly code: number; readonly lines: readonly string[] }> {
  const file = join(folder, 'ingot.yaml');
  await writeFile(file, yaml.replace('STATE', join(folder, 'state')));
  const { code, stderr } = await ingot('serve', '--config', file);
  return { code, lines: stderr.trim().replaceAll(file, 'FILE').split('\n') };
}

const PXE = `state_dir: STATE
networks:
  - name: pxe
    role: pxe
    interface: eth1
    cidr: 10.20.0.0/16
    address: 10.20.0.1
    dhcp: authoritative
    ranges:
      - { use: dhcp, from: 10.20.1.0, to: 10.20.9.255 }
      - { use: static, from: 10.20.9.0, to: 10.20.10.255 }
`;
const UNKNOWN = 'is not a key that ingot knows; see `ingot config schema` for those it does.';
const OVERLAP =
  'FILE:3: networks[0]: the dhcp range 10.20.1.0-10.20.9.255 of network "pxe" and the static range ' +
  '10.20.9.0-10.20.10.255 of network "pxe" both hold 10.20.9.0-10.20.9.255. Shorten one of the two ranges: an ' +
  'address may have one owner only.';
const MEND = 'Mend the lines above, then run: ingot config check FILE';

describe('the daemon does not start, ends with 2 and says each mistake with its line, for a configuration', () => {
  it('with an unknown key', async () => {
    const { code, lines } = await serve('state_dir: STATE\nboot:\n  listen_prot: 6180\n');
    expect({ code, lines }).toEqual({ code: 2, lines: [`FILE:3: boot.listen_prot: ${UNKNOWN}`, MEND] });
  });

  it('with overlapping ranges', async () => {
    expect(await serve(PXE)).toEqual({ code: 2, lines: [OVERLAP, MEND] });
  });

  it('with both, and a network that overlaps another', async () => {
    const { code, lines } = await serve(
      `${PXE}    mtu: 9000\n  - { name: oob, role: oob, cidr: 10.20.128.0/24 }\nspeed: fast\n`,
    );
    expect(code).toBe(2);
    expect(lines).toEqual([
      OVERLAP,
      `FILE:12: networks[0].mtu: ${UNKNOWN}`,
      'FILE:13: networks[1]: networks "pxe" (10.20.0.0/16) and "oob" (10.20.128.0/24) overlap in ' +
        '10.20.128.0-10.20.128.255. Give each network a cidr of its own; routing between them is impossible otherwise.',
      `FILE:14: speed: ${UNKNOWN}`,
      MEND,
    ]);
  });

  it('that is not there', async () => {
    const { code, stderr } = await ingot('serve', '--config', join(folder, 'none.yaml'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^The configuration file .*none\.yaml does not exist\.\nCheck the path/);
  });
});
