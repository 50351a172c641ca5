import { spawn } from 'node:child_process';
import { expect, it, onTestFinished } from 'vitest';
import { type Run, systemRun } from '../../src/agent/base/run.ts';
import { listenForLldp } from '../../src/agent/hardware/lldp-listener.ts';
import { tempFolder } from './support/disks.ts';
import { program } from './support/loop.ts';

/** Sends one LLDP frame each 100 ms through a packet socket. */
const SWITCH = `
import socket, time
frame = bytes.fromhex('0180c200000e00112233445688cc0207040011223344550405054769303106020078' + '0000') + bytes(30)
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind(('switch', 0))
while True:
    link.send(frame)
    time.sleep(0.1)
`;

it('LLDP that a switch sends is heard on the NIC that it comes to', async () => {
  const namespace = `ingot-lldp-${process.pid}`;
  const inside = ['netns', 'exec', namespace] as const;
  program('ip', 'netns', 'add', namespace);
  onTestFinished(() => {
    program('ip', 'netns', 'del', namespace);
  });
  program('ip', ...inside, 'ip', 'link', 'add', 'eno1', 'type', 'veth', 'peer', 'name', 'switch');
  for (const name of ['eno1', 'switch']) program('ip', ...inside, 'ip', 'link', 'set', name, 'up');
  const sender = spawn('ip', [...inside, '/usr/bin/python3', '-c', SWITCH], { stdio: 'ignore' });
  onTestFinished(() => {
    sender.kill();
  });
  const run: Run = (name, args, options) => systemRun('ip', [...inside, name, ...args], options);
  const heard = await listenForLldp('eno1', { run, runDir: tempFolder(), timeoutMs: 35_000 });
  expect(heard).toEqual([
    [1, '04001122334455'],
    [2, '0547693031'],
    [3, '0078'],
  ]);
});
