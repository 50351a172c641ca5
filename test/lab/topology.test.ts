import { describe, expect, it } from 'vitest';
import { planTopology } from '../../src/lab/topology.ts';
import { biosMachine, uefiMachine } from './fixtures.ts';

const topology = planTopology([biosMachine, uefiMachine]);
const linesOf = (name: string): readonly string[] =>
  topology.links.filter((step) => step.in === name).flatMap((step) => step.batch);

describe('the topology of a lab', () => {
  const expected = [
    {
      name: 'seed',
      what: 'has a leg on the PXE and LCM bridges and reaches the BMCs by a route only',
      lines: [
        'link set lo up',
        'link add eth-pxe type veth peer name seed-pxe netns ./netns/switch',
        'address add 10.20.0.1/16 brd + dev eth-pxe',
        'link set eth-pxe up',
        'link add eth-lcm type veth peer name seed-lcm netns ./netns/switch',
        'address add 10.40.0.1/24 brd + dev eth-lcm',
        'link set eth-lcm up',
        'link add eth-oob type veth peer name to-seed netns ./netns/router',
        'address add 10.31.0.2/30 brd + dev eth-oob',
        'link set eth-oob up',
        'route add 10.30.0.0/24 via 10.31.0.1',
      ],
    },
    {
      name: 'router',
      what: 'stands between the seed and the BMCs',
      lines: [
        'link set lo up',
        'address add 10.31.0.1/30 brd + dev to-seed',
        'link set to-seed up',
        'link add to-oob type veth peer name eth-bmc netns ./netns/oob',
        'address add 10.30.0.1/24 brd + dev to-oob',
        'link set to-oob up',
      ],
    },
    {
      name: 'oob',
      what: 'has one address for each BMC and a way back to the seed',
      lines: [
        'link set lo up',
        'link set eth-bmc up',
        'address add 10.30.0.11/24 dev eth-bmc',
        'address add 10.30.0.12/24 dev eth-bmc',
        'route add 10.31.0.0/30 via 10.30.0.1',
      ],
    },
    {
      name: 'switch',
      what: 'has two bridges without spanning tree delay and two taps for each machine',
      lines: [
        'link set lo up',
        'link add br-pxe type bridge stp_state 0 forward_delay 0 mcast_snooping 0',
        'link set br-pxe up',
        'link add br-lcm type bridge stp_state 0 forward_delay 0 mcast_snooping 0',
        'link set br-lcm up',
        'link set seed-pxe master br-pxe up',
        'link set seed-lcm master br-lcm up',
        'tuntap add dev tap1-pxe mode tap',
        'link set tap1-pxe master br-pxe up',
        'tuntap add dev tap1-lcm mode tap',
        'link set tap1-lcm master br-lcm up',
        'tuntap add dev tap2-pxe mode tap',
        'link set tap2-pxe master br-pxe up',
        'tuntap add dev tap2-lcm mode tap',
        'link set tap2-lcm master br-lcm up',
      ],
    },
  ];
  it.each(expected)('$name $what', ({ name, lines }) => {
    expect(linesOf(name)).toEqual(lines);
  });

  it('turns IPv6 off everywhere, where the kernel has it, and forwards in the router only', () => {
    const off = topology.switches.filter((wanted) => wanted.file.includes('disable_ipv6'));
    expect(new Set(off.map((wanted) => wanted.in))).toEqual(new Set(topology.namespaces));
    expect(off.every((wanted) => wanted.optional && wanted.value === '1')).toBe(true);
    const forwards = topology.switches.filter((wanted) => wanted.file.endsWith('ip_forward'));
    expect(forwards).toEqual([
      { in: 'router', file: '/proc/sys/net/ipv4/ip_forward', value: '1', optional: false },
    ]);
  });

  it('moves a link into a namespace before that namespace uses it', () => {
    const order = topology.links.map((step) => step.in);
    expect(order.lastIndexOf('switch')).toBeGreaterThan(order.lastIndexOf('seed'));
    expect(order.indexOf('oob', 4)).toBeGreaterThan(order.indexOf('router', 4));
  });
});
