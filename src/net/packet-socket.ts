/**
 * Raw Ethernet frames on one interface (packet(7)), for what UDP sockets cannot do: an answer's MAC, ARP, and
 * datagrams to a machine that has no address yet. Node cannot wait for such a socket: whoever has one looks into
 * it from time to time (0.7 µs a look), and the filter keeps all frames out that it does not want.
 */
import koffi from 'koffi';
import type { EtherType } from './ethernet.ts';
import { int32, LINUX, lastErrno, libc, makeSocket, socketError } from './libc.ts';
import { type Mac, macFromBytes } from './mac.ts';
import type { FilterStep } from './packet-filter.ts';

export type PacketSocketOptions = {
  readonly interface: string;
  /** What it takes in; null: nothing, it only sends. */
  readonly takes: { readonly etherType: EtherType; readonly filter: readonly FilterStep[] } | null;
};

export type PacketSocket = {
  /** The interface's own. */
  readonly mac: Mac;
  /** False when the kernel did not take it: no room, or the link is gone. */
  send(frame: Uint8Array): boolean;
  /** Frames that came since the last call, at most `most`; the rest waits in the kernel. */
  take(most: number): readonly Uint8Array[];
  close(): void;
};

/** An Ethernet frame without jumbo sizes; what is longer is cut. */
const MOST_FRAME_BYTES = 1518;

/**
 * @throws IngotError `environment` with the failing call and what to do: CAP_NET_RAW is needed.
 */
export function openPacketSocket(options: PacketSocketOptions): PacketSocket {
  const where = `a packet socket on ${options.interface}`;
  const index = libc.if_nametoindex(options.interface);
  if (index === 0) throw socketError(`cannot open ${where}: if_nametoindex`, lastErrno());
  // Of protocol 0, that is: nothing comes in before the filter is there.
  const { fd, must } = makeSocket({ family: LINUX.AF_PACKET, type: LINUX.SOCK_RAW, where });
  const { takes } = options;
  if (takes !== null) must(attachFilter(fd, takes.filter), 'setsockopt SO_ATTACH_FILTER');
  must(libc.bind(fd, linkAddress(takes?.etherType ?? 0, index), LINK_ADDRESS_BYTES), 'bind');
  const name = Buffer.alloc(LINK_ADDRESS_BYTES);
  must(libc.getsockname(fd, name, int32(LINK_ADDRESS_BYTES)), 'getsockname');

  const buffer = Buffer.alloc(MOST_FRAME_BYTES);
  let open = true;
  return {
    mac: macFromBytes(name, LINK_ADDRESS_MAC),
    send: (frame) => open && libc.send(fd, frame, frame.length, 0) === frame.length,
    take: (most) => {
      const frames: Uint8Array[] = [];
      while (open && frames.length < most) {
        const length = libc.recv(fd, buffer, buffer.length, 0);
        if (length < 0) break;
        frames.push(Uint8Array.from(buffer.subarray(0, length)));
      }
      return frames;
    },
    close: () => {
      if (open) libc.close(fd);
      open = false;
    },
  };
}

/** `struct sockaddr_ll`: family, EtherType in network order, interface index, ..., the MAC at byte 12. */
const LINK_ADDRESS_BYTES = 20;
const LINK_ADDRESS_MAC = 12;

function linkAddress(etherType: number, index: number): Uint8Array {
  const bytes = Buffer.alloc(LINK_ADDRESS_BYTES);
  bytes.writeUInt16LE(LINUX.AF_PACKET, 0);
  bytes.writeUInt16BE(etherType, 2);
  bytes.writeInt32LE(index, 4);
  return bytes;
}

/** A count and a pointer to 8-byte instructions. */
const SOCK_FPROG = koffi.struct({ length: 'uint16_t', filter: koffi.pointer('void') });
const setFilter = koffi
  .load(null)
  .func('setsockopt', 'int', ['int', 'int', 'int', koffi.pointer(SOCK_FPROG), 'uint32_t']);

function attachFilter(fd: number, filter: readonly FilterStep[]): number {
  const program = Buffer.alloc(8 * filter.length);
  filter.forEach(([operation, whenTrue, whenFalse, operand], i) => {
    program.writeUInt16LE(operation, 8 * i);
    program.writeUInt8(whenTrue, 8 * i + 2);
    program.writeUInt8(whenFalse, 8 * i + 3);
    program.writeUInt32LE(operand, 8 * i + 4);
  });
  const value = { length: filter.length, filter: program };
  return Number(setFilter(fd, LINUX.SOL_SOCKET, LINUX.SO_ATTACH_FILTER, value, koffi.sizeof(SOCK_FPROG)));
}
