import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adoptSocket, openBoundSocket, passedDescriptors } from '../../src/net/bound-socket.ts';
import { parseIpv4 } from '../../src/net/ipv4.ts';

const LOOPBACK = parseIpv4('127.0.0.1');

describe('a bound socket', () => {
  it('receives what is sent to its port', async () => {
    const receiver = await openBoundSocket({ interface: null, address: LOOPBACK, port: 0 });
    const sender = await openBoundSocket({ interface: null, address: LOOPBACK, port: 0 });
    const arrived = once(receiver, 'message');
    sender.send('hello', receiver.address().port, '127.0.0.1');
    const [message, from] = await arrived;
    expect(String(message)).toBe('hello');
    expect(from).toMatchObject({ address: '127.0.0.1', port: sender.address().port });
    receiver.close();
    sender.close();
  });

  it('says which interface there is not, and what to do', async () => {
    const opening = openBoundSocket({ interface: 'no-such-nic', address: null, port: 0 });
    await expect(opening).rejects.toMatchObject({
      code: 'environment',
      message: expect.stringMatching(
        /on no-such-nic: setsockopt SO_BINDTODEVICE failed: .* \(errno (19|1)\)$/,
      ),
      hint: expect.stringMatching(/ip link|CAP_NET_RAW/),
    });
  });

  it('says that the address is not ours', async () => {
    const opening = openBoundSocket({ interface: null, address: parseIpv4('192.0.2.1'), port: 0 });
    await expect(opening).rejects.toMatchObject({
      hint: expect.stringContaining('does not have that address'),
    });
  });

  it('is alone on its port, and who comes second is told what to do', async () => {
    const first = await openBoundSocket({ interface: null, address: LOOPBACK, port: 0 });
    const { port } = first.address();
    for (const shared of [false, true])
      await expect(
        openBoundSocket({ interface: null, address: LOOPBACK, port, shared }),
      ).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('bind failed: address already in use'),
        hint: expect.stringContaining('Another server holds that port'),
      });
    first.close();
  });

  it('shares its port when both allow it', async () => {
    const first = await openBoundSocket({ interface: null, address: LOOPBACK, port: 0, shared: true });
    const { port } = first.address();
    const second = await openBoundSocket({ interface: null, address: LOOPBACK, port, shared: true });
    expect(second.address().port).toBe(port);
    first.close();
    second.close();
  });

  it('has its port free for the next one as soon as it is closed', async () => {
    const first = await openBoundSocket({ interface: null, address: LOOPBACK, port: 0 });
    const { port } = first.address();
    await new Promise<void>((resolve) => void first.close(resolve));
    const second = await openBoundSocket({ interface: null, address: LOOPBACK, port });
    second.close();
  });
});

describe('a descriptor that is no UDP socket', () => {
  it('is refused when it is a file', async () => {
    const fd = openSync('/dev/null', 'r');
    await expect(adoptSocket(fd)).rejects.toMatchObject({
      code: 'environment',
      hint: expect.stringContaining('.socket unit'),
    });
    closeSync(fd);
  });
});

describe('descriptors passed by systemd', () => {
  it.each([
    { env: {}, passed: [] },
    { env: { LISTEN_PID: '42', LISTEN_FDS: '1' }, passed: [{ fd: 3, name: '' }] },
    {
      env: { LISTEN_PID: '42', LISTEN_FDS: '2', LISTEN_FDNAMES: 'dhcp:tftp' },
      passed: [
        { fd: 3, name: 'dhcp' },
        { fd: 4, name: 'tftp' },
      ],
    },
    { env: { LISTEN_PID: '41', LISTEN_FDS: '2' }, passed: [] },
    { env: { LISTEN_PID: '42', LISTEN_FDS: 'many' }, passed: [] },
    { env: { LISTEN_PID: '42', LISTEN_FDS: '100000' }, passed: [] },
  ])('$env → $passed', ({ env, passed }) => {
    expect(passedDescriptors(env, 42)).toEqual(passed);
  });
});
