/** A second `ingot serve` on a machine where one runs. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { layWire, type Wire } from '../dhcp/wire.ts';
import { ingot, type RunningDaemon, startDaemon } from '../rig/daemon.ts';
import { freePorts } from '../rig/ports.ts';
import { daemonEvents, problems, pxe } from './daemon-told.ts';

/** A port is tried every five seconds. */
const LATE = { timeout: 20_000 };

let dir: string;
let wire: Wire;
const running: RunningDaemon[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ingot-second-'));
  wire = await layWire('second');
  await wire.addCable(0, '10.77.0.1/16');
});
afterEach(async () => {
  for (const daemon of running.splice(0)) await daemon.stop();
  await wire.remove();
  await rm(dir, { recursive: true, force: true });
});

async function start(folder: string): Promise<RunningDaemon> {
  const { api } = await freePorts('api');
  const daemon = await startDaemon({
    dir: folder,
    config: { api: { listen: `127.0.0.1:${api}` }, networks: [pxe('10.77.0.1')] },
    launch: wire.enter('server'),
  });
  running.push(daemon);
  return daemon;
}

describe('a second daemon', () => {
  it('on the same state folder is refused with a sentence, and the first goes on', async () => {
    const first = await start(dir);
    const second = await ingot('serve', '--config', join(dir, 'ingot.yaml'));
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toMatch(
      new RegExp(`Another ingot \\(process \\d+\\) already works in ${join(dir, 'state')}"`),
    );
    expect(second.stderr).toContain('Stop it first');
    expect(await problems(first)).toMatchObject({ API: null, 'API socket': null });
  });

  it('with a state folder of its own serves no DHCP where the first does, says whose it is, and takes over', async () => {
    const first = await start(dir);
    await expect
      .poll(async () => await problems(first))
      .toMatchObject({ 'DHCP pxe': null, 'PXE pxe': null, 'TFTP pxe': null, 'syslog pxe': null });
    const pid = (await readFile(join(dir, 'state/ingot.lock'), 'utf8')).trim();
    const second = await start(await mkdtemp(join(dir, 'second-')));
    const held = (port: number): unknown =>
      expect.stringMatching(
        `^UDP port ${port} on s0 is held by ingot \\(${pid}\\)\\. Stop that program or keep it off`,
      );
    await expect
      .poll(async () => await problems(second))
      .toMatchObject({
        'DHCP pxe': held(67),
        'PXE pxe': held(4011),
        'TFTP pxe': held(69),
        'syslog pxe': held(514),
      });
    await expect.poll(async () => await daemonEvents(second)).toContainEqual(held(67));
    running.splice(running.indexOf(first), 1);
    await first.stop();
    await expect.poll(async () => await problems(second), LATE).toMatchObject({ 'DHCP pxe': null });
  });
});
