/**
 * Looks for other DHCP servers on one interface: asks for an address as a machine that does not exist, and listens
 * to what servers say to anybody. By a packet socket: port 68 belongs to the seed node's own DHCP client, if it
 * has one, and no UDP socket tells a sender's MAC.
 */
import { randomBytes, randomInt } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { ETHERTYPE, EVERY_MAC } from '../../net/ethernet.ts';
import { type Ipv4, parseIpv4 } from '../../net/ipv4.ts';
import { type Mac, macFromBytes, macToBytes } from '../../net/mac.ts';
import { udpFilter } from '../../net/packet-filter.ts';
import { openPacketSocket } from '../../net/packet-socket.ts';
import { decodeUdpFrame, encodeUdpFrame } from '../../net/udp-frame.ts';
import { MESSAGE_TYPES } from '../codec/message-type.ts';
import { OPTIONS, readOption, writeOption } from '../codec/options/table.ts';
import { decodePacket, encodePacket } from '../codec/packet.ts';
import type { DhcpNotice } from '../notice.ts';
import { CLIENT_PORT, EVERYBODY, SERVER_PORT } from '../replies/destination.ts';
import { type Expectation, type OtherServer, OtherServers } from './other-servers.ts';

export type ServerSearchOptions = {
  readonly network: string;
  readonly interface: string;
  readonly expects: Expectation;
  /** Between two searches. */
  readonly everyMs: number;
  /** Addresses that are our own servers'. */
  readonly isOurs: (address: Ipv4) => boolean;
  readonly clock: Pick<Clock, 'elapsed' | 'sleep'>;
  readonly onNotice: (notice: DhcpNotice) => void;
  /** A defect of ours in one look: the search goes on. Absent: it ends, and `stop` throws what was wrong. */
  readonly onDefect?: (thrown: unknown) => void;
};

export type ServerSearch = {
  /** Who asks in our name; our own server must not answer it. */
  readonly mac: Mac;
  servers(): readonly OtherServer[];
  /** A machine named that server as the one whose offer it takes. */
  named(address: Ipv4): void;
  stop(): Promise<void>;
};

/** The questions of one search: the first may be lost to a link that just came up, or to dnsmasq's ping. */
const ASK_AT_MS = [0, 2_000, 6_000] as const;
/** When a search is over: servers that ping an address first need some seconds. */
const SEARCH_MS = 12_000;
const LOOK_MS = 500;
/** Frames taken in one look; more are the next one's. */
const MOST_FRAMES = 64;
const GONE_AFTER_SEARCHES = 3;
const NOBODY = parseIpv4('0.0.0.0') as Ipv4;

/** @throws IngotError `environment` when there is no such interface or CAP_NET_RAW is missing. */
export function startServerSearch(options: ServerSearchOptions): ServerSearch {
  const { network, expects, everyMs, clock, isOurs, onNotice, onDefect } = options;
  const socket = openPacketSocket({
    interface: options.interface,
    takes: { etherType: ETHERTYPE.ipv4, filter: udpFilter(SERVER_PORT, CLIENT_PORT) },
  });
  const goneAfterMs = GONE_AFTER_SEARCHES * everyMs + SEARCH_MS;
  const others = new OtherServers({ network, expects, goneAfterMs });
  const mac = madeUpMac();
  const tell = (notices: readonly DhcpNotice[]): void => notices.forEach(onNotice);

  const look = (): void => {
    for (const frame of socket.take(MOST_FRAMES)) {
      const said = serverIn(frame);
      if (said === null || said.mac === socket.mac || isOurs(said.address)) continue;
      tell(others.sight({ ...said, lastSeen: clock.elapsed() }));
    }
  };

  const stopping = new AbortController();
  const searching = (async (): Promise<void> => {
    for (let start = clock.elapsed(); !stopping.signal.aborted; start += everyMs) {
      const asks = [...ASK_AT_MS];
      let isOver = false;
      while (!stopping.signal.aborted && clock.elapsed() < start + everyMs) {
        try {
          look();
          const passed = clock.elapsed() - start;
          if (passed >= (asks[0] ?? Number.POSITIVE_INFINITY)) {
            asks.shift();
            socket.send(question(mac, socket.mac));
          }
          if (!isOver && passed >= SEARCH_MS) {
            isOver = true;
            tell(others.searched(clock.elapsed()));
          }
        } catch (thrown) {
          if (onDefect === undefined) throw thrown;
          onDefect(thrown);
        }
        await clock.sleep(LOOK_MS, stopping.signal).catch(() => undefined);
      }
    }
  })();
  // Nobody listens before `stop` does.
  searching.catch(() => undefined);

  return {
    mac,
    servers: () => others.seen(),
    named: (address) => {
      if (!isOurs(address))
        tell(others.sight({ address, mac: null, leases: null, lastSeen: clock.elapsed() }));
    },
    stop: async () => {
      stopping.abort();
      await searching.finally(() => socket.close());
    },
  };
}

/** Locally administered and of no vendor: never a machine's own. */
function madeUpMac(): Mac {
  const bytes = randomBytes(6);
  bytes[0] = 0x02;
  return macFromBytes(bytes);
}

/**
 * A DISCOVER of the made-up machine in a frame of our own NIC, so that a switch with port security lets it pass;
 * the answer is asked for by broadcast, for nobody takes unicast to that machine.
 */
function question(mac: Mac, own: Mac): Uint8Array {
  const { bytes } = encodePacket({
    op: 'request',
    hardwareType: 1,
    hardwareAddress: macToBytes(mac),
    hops: 0,
    xid: randomInt(2 ** 32).toString(16),
    secs: 0,
    broadcast: true,
    ciaddr: null,
    yiaddr: null,
    siaddr: null,
    giaddr: null,
    sname: '',
    file: '',
    options: new Map([
      writeOption(OPTIONS.messageType, MESSAGE_TYPES.discover),
      writeOption(OPTIONS.parameterList, Uint8Array.of(1, 3, 6)),
    ]),
  });
  return encodeUdpFrame({
    from: { mac: own, address: NOBODY, port: CLIENT_PORT },
    to: { mac: EVERY_MAC, address: EVERYBODY, port: SERVER_PORT },
    payload: bytes,
  });
}

/** The server that says something in this frame; null for anything but its OFFER, ACK or NAK. */
function serverIn(frame: Uint8Array): (Pick<OtherServer, 'mac' | 'leases'> & { address: Ipv4 }) | null {
  const datagram = decodeUdpFrame(frame);
  const decoded = datagram === null ? null : decodePacket(datagram.payload);
  if (datagram === null || decoded === null || !decoded.ok || decoded.packet.op !== 'reply') return null;
  const { options, yiaddr } = decoded.packet;
  const type = readOption(options, OPTIONS.messageType);
  if (type !== MESSAGE_TYPES.offer && type !== MESSAGE_TYPES.ack && type !== MESSAGE_TYPES.nak) return null;
  const address = readOption(options, OPTIONS.serverIdentifier) ?? datagram.from.address;
  const leases = yiaddr !== null ? true : type === MESSAGE_TYPES.offer ? false : null;
  return { address, mac: datagram.from.mac, leases };
}
