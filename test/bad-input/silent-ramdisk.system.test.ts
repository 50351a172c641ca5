/**
 * A ramdisk that never calls back: the machine is switched on through its BMC, and Debian's network clients take
 * its boot just so far. `ingot node why` names the last stage that was seen, and so does the error in the end.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrollBody, type RackProcess, startRackProcess } from '../rig/rack.ts';
import { rackMac, rackName } from '../rig/simulated/rack.ts';
import { DAEMON_ADDRESS, type NetworkSite, startNetworkSite } from './network-site.ts';
import { createPxeClient, type PxeClient } from './pxe-client.ts';
import { toldAbout } from './told.ts';

const PASSWORD = 'rack-password-that-must-not-show';
/** Long enough to play all boots, and all machines wait at once. */
const DHCP_S = 30;
/** Each stage after it. */
const STAGE_S = 15;
const BOOT_TIMES = {
  dhcp_s: DHCP_S,
  boot_program_s: STAGE_S,
  script_s: STAGE_S,
  kernel_s: STAGE_S,
  ramdisk_s: STAGE_S,
  lookup_s: STAGE_S,
  heartbeat_s: STAGE_S,
};

type Stage = {
  readonly name: string;
  readonly play: (client: PxeClient, mac: string) => Promise<unknown>;
  readonly seen: string;
  readonly missing: string;
  readonly check: string;
  /** Whose time is up then. */
  readonly limit: keyof typeof BOOT_TIMES;
};

/** Each machine gets one step further than the one before it. */
const STAGES: readonly Stage[] = [
  {
    name: 'no DHCP',
    play: async () => undefined,
    seen: 'Last seen: the machine was switched on, at ',
    missing: 'No DHCP request came from any of its known MAC addresses since then.',
    check: 'Do the ports of the node name the MAC address of the NIC that boots?',
    limit: 'dhcp_s',
  },
  {
    name: 'DHCP but no TFTP',
    play: (client) => client.firmwareDhcp(),
    seen: 'Last seen: an address given by DHCP, at ',
    missing: 'No boot program was fetched by TFTP or HTTP since then.',
    check: 'Does a firewall on the way drop TFTP (UDP port 69 and high ports)?',
    limit: 'boot_program_s',
  },
  {
    name: 'TFTP of a file that is not there',
    play: async (client) => {
      await client.firmwareDhcp();
      expect((await client.tftp('pxelinux.0')).output).toContain('no such file');
    },
    seen: 'Last seen: an address given by DHCP, at ',
    missing: 'What went wrong: it asked for pxelinux.0 by TFTP, which ingot does not have',
    check: 'Does its console show a PXE error?',
    limit: 'boot_program_s',
  },
  {
    name: 'TFTP but no script',
    play: async (client) => {
      await client.firmwareDhcp();
      await client.tftp();
    },
    seen: 'Last seen: a boot program sent to the machine, at ',
    missing: 'The boot loader (iPXE, or GRUB under Secure Boot) did not ask what to boot since then.',
    check: 'Does the console show iPXE, or GRUB?',
    limit: 'script_s',
  },
  {
    name: 'script but no kernel',
    play: async (client) => {
      await client.firmwareDhcp();
      await client.tftp();
      await client.ipxeScript();
    },
    seen: 'Last seen: the boot script sent to the machine, at ',
    missing: 'The kernel was not fetched since then.',
    check: 'Are the ramdisk’s files there (ingot status)?',
    limit: 'kernel_s',
  },
  {
    name: 'kernel but no call-back',
    play: async (client) => {
      await client.firmwareDhcp();
      await client.tftp();
      await client.ipxeScript();
      await client.fetchFromScript('kernel');
      await client.fetchFromScript('initrd');
    },
    seen: 'Last seen: the ramdisk sent to the machine, at ',
    missing: 'The agent did not look its node up since then.',
    check: 'Does the console show the kernel starting?',
    limit: 'lookup_s',
  },
  {
    name: 'look-up but no heartbeat',
    play: async (client, mac) => {
      await client.firmwareDhcp();
      await client.tftp();
      await client.ipxeScript();
      await client.fetchFromScript('kernel');
      await client.fetchFromScript('initrd');
      await client.lookUp(mac);
    },
    seen: 'Last seen: the agent looking its node up, at ',
    missing: 'No heartbeat followed since then.',
    check: 'Does the console show an error of the agent?',
    limit: 'heartbeat_s',
  },
];

let site: NetworkSite;
let rack: RackProcess;
let client: PxeClient;
beforeAll(async () => {
  site = await startNetworkSite('silent', { callback_s: 600, power_s: 30, boot: BOOT_TIMES });
  rack = await startRackProcess(
    {
      machines: STAGES.length,
      address: '127.0.0.1',
      bmcPort: 8000,
      agentPort: 0,
      workMs: 0,
      bootUrl: `http://${DAEMON_ADDRESS}:6180`,
      credentials: { username: 'admin', password: PASSWORD },
      ramdisk: 'silent',
    },
    site.wire.launch('server'),
  );
  client = await createPxeClient(site.wire);
  const { nodes } = site.daemon.client;
  const access = { bmcUrls: rack.bmcUrls, password: PASSWORD };
  await Promise.all(
    STAGES.map(async (_, index) => {
      await nodes.enroll(enrollBody(index, access));
      await ask(index, 'manage', 'manageable');
      await ask(index, 'inspect', 'inspect wait');
    }),
  );
  // From here on the boot counts: the machine is on.
  for (const [index] of STAGES.entries())
    await until(async () => (await nodes.job(rackName(index)))?.step === 'collect-inventory');
});
afterAll(async () => {
  await client?.remove();
  await rack?.stop();
  await site?.stop();
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await holds()); await sleep(100)) {
    if (Date.now() > end) throw new Error(`in vain: ${holds.toString()}`);
  }
}

async function ask(index: number, verb: string, to: string): Promise<void> {
  await site.daemon.client.provision(rackName(index), verb);
  await until(async () => (await site.daemon.client.nodes.get(rackName(index))).provision_state === to);
}

describe('a machine of which was seen', () => {
  it.each(STAGES.map((stage, index) => ({ ...stage, index })))(
    '$name: why says so while it waits',
    async ({ index, play, seen, missing, check }) => {
      const mac = rackMac(index);
      await client.become(mac);
      await play(client, mac);
      // Facts of the wire travel in batches.
      await until(async () => (await site.daemon.client.nodes.why(rackName(index))).text.includes(seen));
      const told = await toldAbout(site.daemon, rackName(index));
      expect(told.state).toBe('inspect wait');
      expect(told.why).toContain(
        'It waits for the inventory or the first heartbeat of the ramdisk. The step fails at ',
      );
      for (const part of [seen, missing, 'What to check: ', check]) expect(told.why).toContain(part);
    },
  );

  it.each(STAGES.map((stage, index) => ({ ...stage, index })))(
    '$name: the error says so when the time of $limit is up',
    async ({ index, seen, missing, check, limit }) => {
      const { nodes } = site.daemon.client;
      await until(async () => (await nodes.get(rackName(index))).provision_state === 'inspect failed');
      const { lastError, why } = await toldAbout(site.daemon, rackName(index));
      expect(lastError).toMatch(
        /^Gave up after [\d a-z]+ waiting for the inventory or the first heartbeat of the ramdisk\. /,
      );
      const time = `It has ${BOOT_TIMES[limit]} s for that (timeouts.boot.${limit};`;
      for (const part of [time, seen, missing, 'What to check: ', check]) expect(lastError).toContain(part);
      expect(why).toContain(lastError);
      expect(why.split(check)).toHaveLength(2);
    },
  );

  it('nothing more is left on: each machine was switched off again', async () => {
    const ledgers = await rack.ledgers();
    for (const [name, { boots, powerOns, powerOffs }] of ledgers)
      expect({ name, boots, powerOns, powerOffs }).toEqual({
        name,
        boots: ['pxe'],
        powerOns: 1,
        powerOffs: 1,
      });
    expect(await site.daemon.log()).not.toContain(PASSWORD);
  });
});
