/**
 * Replies to a machine that has no address yet, to its MAC alone: the kernel would ask by ARP for an address that
 * nobody answers for. Needs CAP_NET_RAW only; an entry in the ARP table would need CAP_NET_ADMIN.
 */
import { asIngotError } from '../../errors.ts';
import { openPacketSocket, type PacketSocket } from '../../net/packet-socket.ts';
import { encodeUdpFrame } from '../../net/udp-frame.ts';
import { type AnsweredAlone, type Destination, SERVER_PORT } from './destination.ts';

export type FrameSender = {
  /** False when it could not be sent. */
  send(payload: Uint8Array, way: Way): boolean;
  close(): void;
};

type Way = Pick<Destination, 'address' | 'port'> & { readonly frame: Pick<AnsweredAlone, 'from' | 'to'> };

/** The socket is opened by the first reply: most networks need none. `onProblem` hears why that failed. */
export function createFrameSender(nic: string, onProblem: (sentence: string) => void): FrameSender {
  let socket: PacketSocket | null = null;
  const opened = (): PacketSocket | null => {
    try {
      socket ??= openPacketSocket({ interface: nic, takes: null });
    } catch (thrown) {
      const { message, hint } = asIngotError(thrown, `opening a packet socket on ${nic}`);
      onProblem(`a machine is answered by broadcast instead of alone: ${message}. ${hint}`);
    }
    return socket;
  };
  return {
    send: (payload, { address, port, frame }) => {
      const out = opened();
      if (out === null) return false;
      const from = { mac: out.mac, address: frame.from, port: SERVER_PORT };
      return out.send(encodeUdpFrame({ from, to: { mac: frame.to, address, port }, payload }));
    },
    close: () => socket?.close(),
  };
}
