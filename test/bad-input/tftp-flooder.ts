/**
 * Sends requests to port 69 from many ports, as fast as the system takes them, until it is killed:
 * `node tftp-flooder.ts ADDRESS OURS`. Prints a line when the first ones are out.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { encodeTftp } from '../../src/tftp/packet.ts';

const SOCKETS = 32;
const AT_ONCE = 64;

const [address = '', ours = ''] = process.argv.slice(2);
const options = [{ name: 'windowsize', value: '64' }];
const request = encodeTftp({ op: 'rrq', file: 'snponly.efi', mode: 'octet', options });
const missing = encodeTftp({ op: 'rrq', file: 'missing', mode: 'octet', options: [] });

const sockets = await Promise.all(
  Array.from({ length: SOCKETS }, async (): Promise<Socket> => {
    const socket = createSocket('udp4');
    socket.bind(0, ours);
    await once(socket, 'listening');
    return socket;
  }),
);

setTimeout(() => process.stdout.write('flooding\n'), 500);
for (let n = 0; ; n++) {
  // Without its address (the machine becomes another) nothing leaves, which is no reason to end.
  sockets[n % SOCKETS]?.send(n % 2 === 0 ? request : missing, 69, address, () => undefined);
  if (n % AT_ONCE === 0) await turn();
}
