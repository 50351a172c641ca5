/** One TFTP download from an address of the machine's own, in windows of four blocks as EDK2 asks for them. */
import { createSocket } from 'node:dgram';
import { decodeTftp, encodeTftp } from '../../../src/tftp/packet.ts';

const BLOCK_BYTES = 1468;
const WINDOW = 4;
const RESEND_MS = 2_000;
const MOST_RESENDS = 10;

/** Resolves to the bytes that came. @throws Error when the server falls silent or refuses */
export function tftpGet(from: string, server: string, file: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    const options = [
      { name: 'blksize', value: String(BLOCK_BYTES) },
      { name: 'windowsize', value: String(WINDOW) },
    ];
    let last: Uint8Array = encodeTftp({ op: 'rrq', file, mode: 'octet', options });
    let port = 69;
    let [block, bytes, resends] = [0, 0, 0];
    const send = (): void => {
      socket.send(last, port, server, () => undefined);
      timer.refresh();
    };
    const end = (error: Error | null): void => {
      clearTimeout(timer);
      socket.close();
      if (error === null) resolve(bytes);
      else reject(error);
    };
    const timer = setTimeout(() => {
      if (++resends > MOST_RESENDS) end(new Error(`TFTP fell silent at block ${block}`));
      else send();
    }, RESEND_MS);
    socket.on('message', (datagram, peer) => {
      const decoded = decodeTftp(datagram);
      if (!decoded.ok) return;
      const { packet } = decoded;
      port = peer.port;
      if (packet.op === 'error') return end(new Error(`TFTP: ${packet.message}`));
      if (packet.op === 'oack') {
        last = encodeTftp({ op: 'ack', block: 0 });
        return send();
      }
      if (packet.op !== 'data' || packet.block !== block + 1) return;
      block++;
      bytes += packet.data.length;
      const isLast = packet.data.length < BLOCK_BYTES;
      if (!isLast && block % WINDOW !== 0) return timer.refresh() && undefined;
      last = encodeTftp({ op: 'ack', block });
      if (!isLast) return send();
      socket.send(last, port, server, () => end(null));
    });
    socket.bind(0, from, send);
  });
}
