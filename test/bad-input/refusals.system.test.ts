/**
 * What goes wrong with a BMC, an image or a disk, and the sentence that the operator reads: from the running
 * daemon, with the `ingot` command, BMCs over HTTPS and ingot's own agent on machines whose disks are files.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIB } from '../../src/agent/disk/disk.ts';
import { ingot } from '../rig/daemon.ts';
import { BMC_PASSWORD, enroll, makeAvailable, provision, type Site, startSite } from './site.ts';
import { everythingTold, toldAbout } from './told.ts';

const IMAGE_SECRET = 'image-secret-that-must-not-show';
const WRONG_PASSWORD = 'wrong-password-that-must-not-show';
/** A BMC or image server that refuses connections is asked again for a minute. */
const PATIENT = 115_000;

let site: Site;
let web: Server;
let webPort = 0;
beforeAll(async () => {
  site = await startSite(9);
  web = createServer((_request, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  const address = web.address();
  webPort = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(async () => {
  web?.close();
  await site?.stop();
});

/** The URL stands in a file, for a login has no place among the arguments: `@FILE`. */
function secretUrl(port: number): string {
  const file = join(dirname(site.caFile), `image-url-${port}`);
  writeFileSync(file, `http://user:${IMAGE_SECRET}@127.0.0.1:${port}/os.raw?sig=${IMAGE_SECRET}\n`);
  return `@${file}`;
}

/** Deploys by the command and expects it to fail; what it printed stands in `printed`. */
async function failToDeploy(index: number, args: readonly string[]) {
  const name = await makeAvailable(site, index);
  const { code, stderr } = await ingot('node', 'deploy', name, ...args, '--wait', '--url', site.daemon.url);
  expect(code, stderr).toBe(1);
  return { printed: stderr, ...(await toldAbout(site.daemon, name)) };
}

describe.concurrent('an image', () => {
  it('whose server refuses the connection', { timeout: PATIENT }, async () => {
    const source = secretUrl(site.closedPort);
    const told = await failToDeploy(0, ['--image', source, '--checksum', `sha256:${'1'.repeat(64)}`]);
    const sentence = new RegExp(
      `image http://127\\.0\\.0\\.1:${site.closedPort}/os\\.raw: the connection failed: connect ECONNREFUSED .*` +
        'Check that the server runs and that this machine reaches it: curl -I with the same URL\\.',
    );
    expect(told.lastError).toMatch(sentence);
    expect(told.why).toMatch(sentence);
    expect(told.printed).toMatch(sentence);
  });

  it('that its server does not have', async () => {
    const source = secretUrl(webPort);
    const told = await failToDeploy(1, ['--image', source, '--checksum', `sha256:${'2'.repeat(64)}`]);
    expect(told.lastError).toMatch(/^image http:\/\/127\.0\.0\.1:\d+\/os\.raw: the server answered 404/);
    expect(told.lastError).not.toContain('tried');
    expect(told.why).toMatch(/the server answered 404.* Check the URL of the image\.\n$/);
  });

  it('with another checksum', async () => {
    const wrong = 'a'.repeat(64);
    const told = await failToDeploy(2, ['--image', site.image.file, '--checksum', `sha256:${wrong}`]);
    const right = createHash('sha256').update(site.image.bytes).digest('hex');
    const sentence =
      `image file://${site.image.file} (${8 * MIB} bytes) has sha256 ${right}, but ${wrong} was expected. The file was ` +
      'changed, was cut short, or the checksum is that of another file: compare both at the source.';
    expect(told).toMatchObject({ state: 'deploy failed', lastError: sentence });
    expect(told.why).toContain(
      `The last job failed. You may ask for deploy, rebuild, undeploy. Last error: ${sentence}\n`,
    );
    expect(told.printed).toContain(sentence);
  });

  it('that is larger than the disk, which stays as it was', async () => {
    const { image, disks } = site;
    const hint = `serial=${disks.small}`;
    const told = await failToDeploy(3, [
      '--image',
      image.file,
      '--checksum',
      image.checksum,
      '--root-device',
      hint,
    ]);
    const file = site.diskFile(3, disks.small);
    expect(told.lastError).toBe(
      `Writing the image failed on the machine: the image os.raw has ${8 * MIB} bytes and the disk ${file} (0.01 GiB, ` +
        `vendor "ATA", model "SAMSUNG MZ7LH480", serial "${disks.small}", wwn 0x01, hctl 0:0:0:0) only ${6 * MIB}; nothing ` +
        'was written. Choose a smaller image, or a larger disk with root_device.',
    );
    expect(told.why).toContain(told.lastError);
    expect(readFileSync(file).equals(Buffer.alloc(6 * MIB))).toBe(true);
  });
});

describe.concurrent('a BMC', () => {
  it('that cannot be reached', { timeout: PATIENT }, async () => {
    const address = `https://127.0.0.1:${site.closedPort}`;
    const name = await enroll(site, 4, { redfish_address: address });
    const { provision_state, last_error } = await provision(site, name, 'manage');
    expect({ provision_state, last_error }).toEqual({
      provision_state: 'enroll',
      last_error:
        `BMC ${address} refuses the connection (tried 3 times). Check driver_info/redfish_address, that the BMC has ` +
        'power, and that this machine has a route to the out-of-band network (ping the BMC from here; look at the ' +
        'router and its firewall).',
    });
    expect((await toldAbout(site.daemon, name)).why).toContain(last_error);
  });

  it('that does not take the password', async () => {
    const name = await enroll(site, 5, { redfish_password: WRONG_PASSWORD });
    const { provision_state, last_error } = await provision(site, name, 'manage');
    expect(provision_state).toBe('enroll');
    expect(last_error).toMatch(
      new RegExp(
        `^BMC ${site.bmcUrls[5]} does not accept the login for POST /redfish/v1/SessionService/Sessions \\(HTTP 401\\): ` +
          '.* Check driver_info/redfish_username and driver_info/redfish_password; the account may also be locked after ' +
          'too many wrong logins, or its role may lack the right to do this\\.$',
      ),
    );
    expect((await toldAbout(site.daemon, name)).why).toContain(last_error);
  });

  it('whose certificate is not trusted, until its authority is named', async () => {
    const name = await enroll(site, 6, { redfish_verify_ca: true });
    const refused = await ingot('node', 'manage', name, '--wait', '--url', site.daemon.url);
    const sentence =
      `BMC ${site.bmcUrls[6]} has a certificate of an unknown CA, which is not trusted. Set driver_info/redfish_verify_ca ` +
      'to the path of the CA certificate that signed it (or of the certificate itself), or to false to do without ' +
      'the check on this node.';
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(sentence) });
    expect(await toldAbout(site.daemon, name)).toMatchObject({
      state: 'enroll',
      lastError: sentence,
      why: expect.stringContaining(sentence),
    });
    const { client } = site.daemon;
    await client.nodes.patch(name, [
      { op: 'replace', path: '/driver_info/redfish_verify_ca', value: site.caFile },
    ]);
    expect(await provision(site, name, 'manage')).toMatchObject({
      provision_state: 'manageable',
      last_error: null,
    });
  });
});

describe.concurrent('a root device hint', () => {
  const described = (index: number, serial: string, rest: string): string =>
    `${site.diskFile(index, serial)} (${rest.replace('SERIAL', `model "SAMSUNG MZ7LH480", serial "${serial}"`)}, hctl 0:0:0:0)`;
  const bothDisks = (index: number): string =>
    `${described(index, site.disks.small, '0.01 GiB, vendor "ATA", SERIAL, wwn 0x01')}; ` +
    described(index, site.disks.large, '0.02 GiB, vendor "ATA", SERIAL, wwn 0x02');

  it('that no disk matches', async () => {
    const image = ['--image', site.image.file, '--checksum', site.image.checksum];
    const told = await failToDeploy(7, [...image, '--root-device', 'serial=NONE']);
    expect(told.lastError).toBe(
      'Writing the image failed on the machine: no disk matches the root device hints serial "NONE"; seen: ' +
        `${bothDisks(7)}. Compare root_device of the node with the disks that inspection found ` +
        '(`ingot node inventory NAME`), or leave it out.',
    );
    expect(told.why).toContain(told.lastError);
  });

  it('that two disks match, until it names one: then that one is written and no other', async () => {
    const { image, disks } = site;
    const asked = ['--image', image.file, '--checksum', image.checksum];
    const told = await failToDeploy(8, [...asked, '--root-device', 'model=SAMSUNG']);
    expect(told.lastError).toBe(
      'Writing the image failed on the machine: 2 disks match the root device hints model "SAMSUNG": ' +
        `${bothDisks(8)}. Make root_device name one disk only, by serial, wwn or by_path.`,
    );
    expect(told.why).toContain(told.lastError);

    const hint = `serial=${disks.large}`;
    const words = [
      'node',
      'deploy',
      'm8',
      ...asked,
      '--root-device',
      hint,
      '--wait',
      '--url',
      site.daemon.url,
    ];
    expect(await ingot(...words)).toMatchObject({ code: 0, stdout: 'm8: active.\n' });
    const written = readFileSync(site.diskFile(8, disks.large));
    // The config drive's partition is entered in the table of the first sector.
    expect(written.subarray(512, 8 * MIB).equals(image.bytes.subarray(512))).toBe(true);
    expect(readFileSync(site.diskFile(8, disks.small)).equals(Buffer.alloc(6 * MIB))).toBe(true);
  });
});

it('none of all this tells a secret, and the daemon runs on', async () => {
  const told = await everythingTold(site.daemon);
  for (const secret of [BMC_PASSWORD, WRONG_PASSWORD, IMAGE_SECRET]) expect(told).not.toContain(secret);
  expect(told).toContain('deploy failed');
  expect(site.daemon.exitCode()).toBeNull();
});
