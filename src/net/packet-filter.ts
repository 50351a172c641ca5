/** Classic BPF programs: which frames the kernel keeps for a packet socket (Linux: networking/filter.rst). */
import { ARP } from './arp.ts';
import { ETHERNET_BYTES } from './ethernet.ts';
import { UDP_PROTOCOL } from './udp-frame.ts';

/** One instruction: operation, jumps when true and when false, operand. */
export type FilterStep = readonly [operation: number, whenTrue: number, whenFalse: number, operand: number];

/** Operations (linux/bpf_common.h). */
const BPF = {
  loadHalf: 0x28,
  loadByte: 0x30,
  loadIpLength: 0xb1,
  loadHalfBehindIp: 0x48,
  jumpIfEqual: 0x15,
  jumpIfBits: 0x45,
  answer: 0x06,
} as const;

const KEEP: FilterStep = [BPF.answer, 0, 0, 0xffff];
const DROP: FilterStep = [BPF.answer, 0, 0, 0];

/** Keeps UDP datagrams between these ports. */
export function udpFilter(fromPort: number, toPort: number): readonly FilterStep[] {
  return [
    [BPF.loadByte, 0, 0, ETHERNET_BYTES + 9],
    [BPF.jumpIfEqual, 0, 8, UDP_PROTOCOL],
    [BPF.loadHalf, 0, 0, ETHERNET_BYTES + 6],
    [BPF.jumpIfBits, 6, 0, 0x1fff],
    [BPF.loadIpLength, 0, 0, ETHERNET_BYTES],
    [BPF.loadHalfBehindIp, 0, 0, ETHERNET_BYTES],
    [BPF.jumpIfEqual, 0, 3, fromPort],
    [BPF.loadHalfBehindIp, 0, 0, ETHERNET_BYTES + 2],
    [BPF.jumpIfEqual, 0, 1, toPort],
    KEEP,
    DROP,
  ];
}

/** Keeps ARP replies. */
export const ARP_REPLIES: readonly FilterStep[] = [
  [BPF.loadHalf, 0, 0, ETHERNET_BYTES + 6],
  [BPF.jumpIfEqual, 0, 1, ARP.reply],
  KEEP,
  DROP,
];
