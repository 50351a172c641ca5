/** Who else may have a port of ours, as the kernel refuses it and `ss` tells whose it is. */
import { closeSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { namingHolder, openServerPort } from '../../../src/daemon/packets/server-port.ts';
import type { OpenSocket } from '../../../src/daemon/preflight/sockets.ts';
import { createLog } from '../../../src/log.ts';
import { type BoundSocketOptions, openBoundSocket } from '../../../src/net/bound-socket.ts';
import { parseIpv4 } from '../../../src/net/ipv4.ts';

const LOOPBACK = parseIpv4('127.0.0.1');
if (LOOPBACK === null) throw new Error('127.0.0.1 is an address');
const ENDPOINT = { arrival: { by: 'address', address: LOOPBACK }, networks: ['pxe'] } as const;
const log = createLog('silent');

/** The port of a socket that somebody has. */
async function takenPort(options: Pick<BoundSocketOptions, 'address' | 'shared'>): Promise<number> {
  const socket = await openBoundSocket({ interface: null, port: 0, ...options });
  onTestFinished(() => void socket.close());
  return socket.address().port;
}

const dnsmasq = (port: number, address: string | null): OpenSocket => ({
  protocol: 'udp',
  port,
  address,
  device: null,
  holder: { name: 'dnsmasq', pid: 812 },
});

it('a server of other networks, on every address and interface, may stay: ours listens beside it', async () => {
  const port = await takenPort({ address: null, shared: true });
  const fd = await openServerPort(ENDPOINT, { port, look: async () => [dnsmasq(port, null)], log });
  closeSync(fd);
});

it('a server in our very place is named, though it would share the port', async () => {
  const port = await takenPort({ address: LOOPBACK, shared: true });
  const look = async () => [dnsmasq(port, '127.0.0.1')];
  await expect(openServerPort(ENDPOINT, { port, look, log })).rejects.toMatchObject({
    code: 'conflict',
    message: `UDP port ${port} on 127.0.0.1 is held by dnsmasq (812)`,
    hint: expect.stringContaining('`ps -fp 812` tells which it is'),
  });
});

it('where nobody can say who it is, the port is refused all the same', async () => {
  const port = await takenPort({ address: LOOPBACK, shared: true });
  const look = () => Promise.reject(new Error('there is no ss'));
  await expect(openServerPort(ENDPOINT, { port, look, log })).rejects.toMatchObject({
    message: `UDP port ${port} on 127.0.0.1 is held by another process`,
    hint: expect.stringContaining('`ss -ulpn`'),
  });
});

it('a server that shares with nobody names the holder, and tells other failures as they are', async () => {
  const port = await takenPort({ address: LOOPBACK });
  const place = { address: '127.0.0.1', device: null, port };
  const look = async () => [dnsmasq(port, null)];
  const open = (address: string) => () =>
    openBoundSocket({ interface: null, address: parseIpv4(address), port });
  await expect(namingHolder(place, look, open('127.0.0.1'))).rejects.toThrow('is held by dnsmasq (812)');
  await expect(namingHolder(place, look, open('192.0.2.1'))).rejects.toMatchObject({ code: 'environment' });
});
