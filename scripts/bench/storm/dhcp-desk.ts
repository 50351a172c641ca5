/** DHCP for many simulated machines over one socket: answers come by broadcast, and their xid says whose they are. */
import type { Socket } from 'node:dgram';
import { type ClientMessage, MESSAGE_TYPES } from '../../../src/dhcp/codec/message-type.ts';
import { OPTIONS, readOption, writeOption } from '../../../src/dhcp/codec/options/table.ts';
import { type DhcpPacket, decodePacket, encodePacket } from '../../../src/dhcp/codec/packet.ts';
import { openBoundSocket } from '../../../src/net/bound-socket.ts';
import type { Ipv4 } from '../../../src/net/ipv4.ts';
import { type Mac, macToBytes } from '../../../src/net/mac.ts';

/** EDK2 and iPXE ask again after about so long; an answer that comes later is lost. */
const ANSWER_MS = 4_000;
const MOST_TRIES = 5;

export type DhcpTimes = {
  /** Milliseconds from DISCOVER to OFFER. */
  readonly offers: number[];
  lost: number;
};

export type DhcpDesk = {
  /** A four-way exchange; resolves to the address. @throws Error when five questions had no answer */
  lease(mac: Mac, options: readonly (readonly [number, Uint8Array])[]): Promise<Ipv4>;
  close(): void;
};

export async function openDhcpDesk(nic: string, times: DhcpTimes): Promise<DhcpDesk> {
  const socket = await openBoundSocket({ interface: nic, address: null, port: 68, shared: true });
  const waiting = new Map<string, (packet: DhcpPacket) => void>();
  socket.on('message', (datagram) => {
    const decoded = decodePacket(datagram);
    if (decoded.ok) waiting.get(decoded.packet.xid)?.(decoded.packet);
  });
  let nextXid = 1;

  const ask = async (packet: DhcpPacket, onLost: () => void): Promise<DhcpPacket> => {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const answer = await one(socket, waiting, packet);
      if (answer !== null) return answer;
      onLost();
    }
    throw new Error('DHCP does not answer');
  };

  return {
    close: () => socket.close(),
    lease: async (mac, options) => {
      const xid = (nextXid++).toString(16);
      const onLost = (): void => {
        times.lost++;
      };
      const asked = performance.now();
      const offer = await ask(question({ type: 'discover', mac, xid, options }), onLost);
      times.offers.push(performance.now() - asked);
      if (offer.yiaddr === null) throw new Error('an offer without an address');
      const server = readOption(offer.options, OPTIONS.serverIdentifier);
      const chosen = [
        writeOption(OPTIONS.requestedAddress, offer.yiaddr),
        ...(server === null ? [] : [writeOption(OPTIONS.serverIdentifier, server)]),
      ];
      await ask(question({ type: 'request', mac, xid, options: [...options, ...chosen] }), onLost);
      return offer.yiaddr;
    },
  };
}

/** One question and its answer, or null when none came in time. */
function one(
  socket: Socket,
  waiting: Map<string, (packet: DhcpPacket) => void>,
  packet: DhcpPacket,
): Promise<DhcpPacket | null> {
  return new Promise((resolve) => {
    const end = (answer: DhcpPacket | null): void => {
      clearTimeout(timer);
      waiting.delete(packet.xid);
      resolve(answer);
    };
    const timer = setTimeout(() => end(null), ANSWER_MS);
    waiting.set(packet.xid, end);
    socket.send(encodePacket(packet).bytes, 67, '255.255.255.255');
  });
}

function question(asked: {
  readonly type: ClientMessage;
  readonly mac: Mac;
  readonly xid: string;
  readonly options: readonly (readonly [number, Uint8Array])[];
}): DhcpPacket {
  return {
    op: 'request',
    hardwareType: 1,
    hardwareAddress: macToBytes(asked.mac),
    hops: 0,
    xid: asked.xid,
    secs: 0,
    broadcast: true,
    ciaddr: null,
    yiaddr: null,
    siaddr: null,
    giaddr: null,
    sname: '',
    file: '',
    options: new Map([writeOption(OPTIONS.messageType, MESSAGE_TYPES[asked.type]), ...asked.options]),
  };
}
