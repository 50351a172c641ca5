/** The rules of the agent protocol, kept with an agent that behaves as OpenStack's own. */
import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../src/net/ipv4.ts';
import { createRack, type Rack } from './rack.ts';

const ERASE = { step: 'erase_devices_metadata', interface: 'deploy', priority: 99, reboot_requested: false };
const FLASH = { step: 'flash_firmware', interface: 'firmware', priority: 50, reboot_requested: true };
const VERIFY = { step: 'verify_firmware', interface: 'firmware', priority: 40, reboot_requested: false };
const DEPLOYABLE = {
  image_source: 'http://images/debian.raw',
  image_os_hash_algo: 'sha256',
  image_os_hash_value: 'a'.repeat(64),
};
const LOOKUP = {
  macs: ['52:54:00:00:00:01'],
  node_uuid: null,
  call: { address: parseIpv4('127.0.0.1'), isPrivate: false, ticket: null },
};
const PLAIN = () => ({ managerVersion: '1.2', cleanSteps: [ERASE] });

/** What the agent was asked to do, without its own calls. */
const work = ({ history }: Rack): readonly string[] =>
  history.filter((one) => !/^(lookup|heartbeat)/.test(one));

describe('an unmodified ironic-python-agent', () => {
  it('inspects, cleans, deploys and rescues: each boot with a token of its own, nothing refused', async () => {
    const rack = await createRack(PLAIN);
    const { store, uuid } = rack;
    await store.nodes.update(uuid, { provision_state: 'manageable' });
    expect(await rack.ask({ verb: 'inspect' })).toMatchObject({
      last_error: null,
      provision_state: 'manageable',
      properties: { cpu_arch: 'x86_64', cpus: 2 },
    });
    expect(await rack.ask({ verb: 'provide' })).toMatchObject({
      last_error: null,
      provision_state: 'available',
    });
    await store.nodes.update(uuid, { instance_info: DEPLOYABLE });
    expect(await rack.ask({ verb: 'active' })).toMatchObject({ last_error: null, provision_state: 'active' });
    expect(await rack.ask({ verb: 'rescue', rescuePassword: 'open sesame' })).toMatchObject({
      last_error: null,
      provision_state: 'rescue',
    });
    await expect.poll(() => rack.history.at(-1)).toBe('the agent has ended');
    expect(await rack.ask({ verb: 'unrescue' })).toMatchObject({
      last_error: null,
      provision_state: 'active',
    });
    expect(work(rack)).toEqual([
      'on pxe',
      'get_hardware_info',
      'off',
      'on pxe',
      'get_clean_steps',
      'execute_clean_step erase_devices_metadata',
      'off',
      'on pxe',
      'get_deploy_steps',
      'execute_deploy_step write_image',
      'install_bootloader',
      'sync',
      'power_off',
      'off',
      'on disk',
      'off',
      'on pxe',
      'finalize_rescue',
      'the agent has ended',
      'off',
      'on disk',
    ]);
    // A command's end is asked for: no boot here lasted until a second heartbeat.
    expect(rack.history.filter((one) => one.startsWith('heartbeat'))).toEqual(Array(4).fill('heartbeat 202'));
    expect(rack.history.filter((one) => one.startsWith('lookup'))).toEqual(Array(4).fill('lookup 200'));
  });

  it('is booted anew by a step that asks for it, and goes on with the next', async () => {
    const rack = await createRack(() => ({ managerVersion: '1.2', cleanSteps: [VERIFY, FLASH, ERASE] }));
    await rack.store.nodes.update(rack.uuid, { provision_state: 'manageable' });
    expect(await rack.ask({ verb: 'provide' })).toMatchObject({
      last_error: null,
      provision_state: 'available',
    });
    expect(work(rack)).toEqual([
      'on pxe',
      'get_clean_steps',
      'execute_clean_step erase_devices_metadata',
      'execute_clean_step flash_firmware',
      'off',
      'on pxe',
      'execute_clean_step verify_firmware',
      'off',
    ]);
  });

  it('is asked for its steps anew when its hardware manager is another than before', async () => {
    const rack = await createRack((boot) =>
      boot === 1
        ? { managerVersion: '1.2', cleanSteps: [FLASH, VERIFY] }
        : { managerVersion: '1.3', cleanSteps: [ERASE] },
    );
    await rack.store.nodes.update(rack.uuid, { provision_state: 'manageable' });
    expect(await rack.ask({ verb: 'provide' })).toMatchObject({
      last_error: null,
      provision_state: 'available',
    });
    expect(work(rack)).toEqual([
      'on pxe',
      'get_clean_steps',
      'execute_clean_step flash_firmware',
      'off',
      'on pxe',
      'execute_clean_step verify_firmware',
      'get_clean_steps',
      'execute_clean_step erase_devices_metadata',
      'off',
    ]);
  });

  it('is booted anew by a step of a list too, where the list does not say so', async () => {
    const rack = await createRack(() => ({ managerVersion: '1.2', cleanSteps: [FLASH, ERASE] }));
    await rack.store.nodes.update(rack.uuid, { provision_state: 'manageable' });
    const steps = [
      { interface: 'firmware', step: 'flash_firmware', args: { url: 'http://f' } },
      { interface: 'deploy', step: 'erase_devices_metadata', args: {} },
    ];
    expect(await rack.ask({ verb: 'clean', steps })).toMatchObject({
      last_error: null,
      provision_state: 'manageable',
    });
    expect(work(rack)).toEqual([
      'on pxe',
      'get_clean_steps',
      'execute_clean_step flash_firmware',
      'get_clean_steps',
      'off',
      'on pxe',
      'execute_clean_step erase_devices_metadata',
      'get_clean_steps',
      'off',
    ]);
  });
});

describe('a ghost: an agent of an earlier boot', () => {
  it('has no token for this one: its heartbeats are refused, and it takes nobody’s place', async () => {
    const rack = await createRack(PLAIN);
    await rack.store.nodes.update(rack.uuid, { provision_state: 'manageable' });
    await rack.ask({ verb: 'provide' });
    const before = await rack.store.nodes.get(rack.uuid);
    await rack.store.nodes.update(rack.uuid, { boot_intent: 'ramdisk', provision_state: 'clean wait' });
    const ghost = (generation: number) =>
      rack.store.nodes
        .update(rack.uuid, { boot_generation: generation, agent: null })
        .then(() => rack.lifecycle.agentLookup(LOOKUP));
    const { agent_token: old } = await ghost(before?.boot_generation ?? 0);
    const { agent_token: fresh } = await ghost((before?.boot_generation ?? 0) + 1);
    expect(fresh).not.toBe(old);
    const beat = (agent_token: string) =>
      rack.lifecycle.agentHeartbeat(rack.uuid, {
        callback_url: 'http://127.0.0.1:9999',
        agent_version: '11',
        agent_verify_ca: null,
        agent_token,
      });
    await expect(beat(old)).rejects.toMatchObject({
      code: 'invalid_input',
      message: 'Invalid or missing agent token received.',
    });
    await beat(fresh);
    expect((await rack.lifecycle.agentLookup(LOOKUP)).agent_token).toBe('******');
  });
});
