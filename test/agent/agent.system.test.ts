import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { runAgent } from '../../src/agent/agent.ts';
import { systemClock } from '../../src/agent/base/clock.ts';
import { type Run, systemRun } from '../../src/agent/base/run.ts';
import { MIB } from '../../src/agent/disk/disk.ts';
import type { CommandObject } from '../../src/agent/protocol.ts';
import { fileDisk, tempFolder } from './support/disks.ts';
import { type FakeIronic, fakeIronic, lookupAnswer, NODE_UUID, ROOT_ANSWER } from './support/fake-ironic.ts';
import { imageServer } from './support/image-server.ts';
import { imageInfo } from './support/images.ts';
import { gptImage, isoConfigDrive, listPartitions, program } from './support/loop.ts';
import { silentPrograms, type TestMachine, testMachine } from './support/machine.ts';

const TOKEN = 'agent-token-that-nobody-prints';
const DISK_SIZE = 64 * MIB;

type Booted = {
  readonly ironic: FakeIronic;
  readonly machine: TestMachine;
  /** What curl gets from the agent, with the certificate of the heartbeat as its only trust. */
  readonly curl: (
    path: string,
    body?: object,
  ) => Promise<{ readonly status: number; readonly body: CommandObject & { commands: CommandObject[] } }>;
};

/** Boots an agent on a machine with one file as its disk, against a scripted Ironic. */
async function boot(
  parts: Partial<TestMachine> = {},
): Promise<Booted & { readonly diskPath: string; readonly life: Promise<void> }> {
  const ironic = await fakeIronic({
    'GET /': [[200, ROOT_ANSWER]],
    'POST /v1/continue_inspection': [[202, { uuid: NODE_UUID }]],
    'GET /v1/lookup': [[200, lookupAnswer(TOKEN, 300)]],
    'POST /v1/heartbeat': [[202]],
  });
  const disk = fileDisk(DISK_SIZE, { fill: 0xdd });
  const machine = testMachine({ clock: systemClock, fixedDisks: [disk], ...parts });
  const stop = new AbortController();
  const { node: _, ...rest } = machine;
  const life = runAgent({
    args: {
      apiUrls: [ironic.url],
      inspectionUrls: [`${ironic.url}/v1/continue_inspection`],
      bootMac: '52:54:00:aa:00:01',
      insecure: false,
      apiFingerprint: null,
      ticket: null,
      collectLldp: false,
      syslogServer: null,
    },
    machine: rest,
    prepareInventory: async () => undefined,
    port: 0,
    newId: randomUUID,
    random: Math.random,
    signal: stop.signal,
  });
  onTestFinished(async () => {
    stop.abort();
    await life;
  });
  await vi.waitFor(() => expect(ironic.to('POST /v1/heartbeat').length).toBeGreaterThan(0), {
    timeout: 20_000,
  });
  const beat = ironic.to('POST /v1/heartbeat')[0]?.body ?? {};
  const ca = join(tempFolder(), 'ca.pem');
  writeFileSync(ca, String(beat.agent_verify_ca));
  const curl: Booted['curl'] = async (path, body) => {
    const data = body === undefined ? [] : ['--data-binary', JSON.stringify(body)];
    const args = [
      '-sS',
      '--noproxy',
      '*',
      '--cacert',
      ca,
      '-w',
      '\n%{http_code}',
      ...data,
      `${beat.callback_url}${path}`,
    ];
    const { stdout } = await promisify(execFile)('curl', args);
    const [text = '', status = ''] = stdout.split(/\n(?=\d+$)/);
    return { status: Number(status), body: JSON.parse(text) };
  };
  return { ironic, machine, curl, diskPath: disk.name, life };
}

describe('an agent in its ramdisk', () => {
  it('posts its inventory, looks up its node and reports with a certificate for its own address', async () => {
    const { ironic } = await boot();
    expect(ironic.calls.slice(0, 4).map((call) => `${call.method} ${call.path.replace(/\?.*/, '')}`)).toEqual(
      ['GET /', 'POST /v1/continue_inspection', 'GET /v1/lookup', `POST /v1/heartbeat/${NODE_UUID}`],
    );
    expect(ironic.to('POST /v1/continue_inspection')[0]?.body).toMatchObject({
      boot_interface: '52:54:00:aa:00:01',
      inventory: { interfaces: [{ name: 'ens3' }], boot: { current_boot_mode: 'bios' } },
    });
    const beat = ironic.to('POST /v1/heartbeat')[0]?.body ?? {};
    expect(beat).toMatchObject({
      callback_url: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
      agent_token: TOKEN,
      agent_status: 'start',
    });
    const pem = join(tempFolder(), 'cert.pem');
    writeFileSync(pem, String(beat.agent_verify_ca));
    const text = program('openssl', 'x509', '-in', pem, '-noout', '-text');
    expect(text).toMatch(/IP Address:127\.0\.0\.1/);
    expect(text).toMatch(/Not Before: Jan {2}1 00:00:00 2000 GMT/);
    expect(text).toMatch(/ASN1 OID: prime256v1/);
  });

  it('deploys an image with a config drive, reports at once, and is driven by a foreign client', async () => {
    const { ironic, machine, curl, diskPath } = await boot();
    const image = gptImage(16 * MIB);
    const server = await imageServer(image);
    const query = `agent_token=${TOKEN}`;
    const steps = await curl(`/v1/commands/?wait=true&${query}`, {
      name: 'deploy.get_deploy_steps',
      params: { node: {}, ports: [] },
    });
    expect(steps.body.command_result).toHaveProperty(
      'deploy_steps.GenericHardwareManager.0.step',
      'write_image',
    );
    const args = { image_info: imageInfo(image, server.url), configdrive: isoConfigDrive('node-1') };
    const params = {
      step: { interface: 'deploy', step: 'write_image', args },
      node: { instance_info: { root_device: { name: `s== ${diskPath}` } } },
      ports: [],
    };
    const started = await curl(`/v1/commands/?wait=false&${query}`, {
      name: 'deploy.execute_deploy_step',
      params,
    });
    expect(started.body).toMatchObject({ command_status: 'RUNNING' });
    const ended = await curl(`/v1/commands/${started.body.id}?wait=true&${query}`);
    expect(ended.body).toMatchObject({ command_status: 'SUCCEEDED', command_error: null });
    await vi.waitFor(
      () =>
        expect(ironic.to('POST /v1/heartbeat').at(-1)?.body).toMatchObject({
          agent_status: 'end',
          agent_status_message: 'execute_deploy_step SUCCEEDED',
        }),
      { timeout: 10_000 },
    );
    const all = await curl(`/v1/commands/?${query}`);
    expect(all.body.commands.map((command) => command.command_name)).toEqual([
      'get_deploy_steps',
      'execute_deploy_step',
    ]);
    expect(listPartitions(diskPath)).toMatchObject({ verified: true });
    const loader = await curl(`/v1/commands/?wait=true&${query}`, {
      name: 'image.install_bootloader',
      params: { target_boot_mode: 'bios' },
    });
    expect(loader.body).toMatchObject({ command_status: 'SUCCEEDED' });
    expect(machine.said().join('\n')).not.toContain(TOKEN);
    expect(machine.said().join('\n')).not.toContain(args.configdrive);
  });

  it('sends a stranger away, over the same TLS', async () => {
    const { curl } = await boot();
    expect(await curl('/v1/commands/?agent_token=guess')).toMatchObject({
      status: 401,
      body: { type: 'Unauthorized' },
    });
    expect(await curl('/v1/commands/?wait=false', { name: 'standby.power_off', params: {} })).toMatchObject({
      status: 401,
    });
  });

  it('hands the machine over to a rescue: user, ssh server, an answer, and then no agent any more', async () => {
    const { run, calls } = silentPrograms();
    const started: Run = (program, ...rest) =>
      program === 'dropbear' ? run(program, ...rest) : systemRun(program, ...rest);
    const { ironic, machine, curl, life } = await boot({ run: started });
    const hash = '$5$saltsaltsaltsalt$7vM.M5ttSBG9x3OIBd1.7PMrxGXkC6oVx7bp8MbK2tC';
    const answer = await curl(`/v1/commands/?wait=false&agent_token=${TOKEN}`, {
      name: 'rescue.finalize_rescue',
      params: { rescue_password: hash, hashed: true },
    });
    expect(answer).toMatchObject({
      status: 200,
      body: { command_name: 'finalize_rescue', command_status: 'SUCCEEDED', command_error: null },
    });
    expect(readFileSync(join(machine.etcDir, 'shadow'), 'utf8')).toBe(`rescue:${hash}:::::::\n`);
    expect(calls).toEqual([`dropbear -R -p 22 -P ${join(machine.runDir, 'dropbear.pid')}`]);
    await life;
    const beats = ironic.to('POST /v1/heartbeat').length;
    await expect(curl(`/v1/commands/?agent_token=${TOKEN}`)).rejects.toThrow(/Failed to connect/);
    expect(existsSync(join(machine.runDir, 'rescued'))).toBe(true);
    expect(machine.said().join('\n')).not.toContain(hash);
    expect(ironic.to('POST /v1/heartbeat')).toHaveLength(beats);
  });

  it('hands out its logs without secrets, as a tar archive', async () => {
    const { curl } = await boot();
    const { body } = await curl(`/v1/commands/?wait=true&agent_token=${TOKEN}`, {
      name: 'log.collect_system_logs',
      params: {},
    });
    const archive = join(tempFolder(), 'logs.tar.gz');
    writeFileSync(archive, Buffer.from(String(body.command_result?.system_logs), 'base64'));
    expect(program('tar', '-tzf', archive).split('\n')).toEqual(
      expect.arrayContaining(['./agent', './dmesg', './inventory.json']),
    );
    expect(program('tar', '-xzOf', archive, './agent')).toMatch(/lookup ok node=/);
    expect(program('tar', '-xzOf', archive)).not.toContain(TOKEN);
  });
});
