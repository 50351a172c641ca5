/** ARP probes on each interface that ingot serves DHCP on. */
import type { Clock } from '../../clock.ts';
import type { DhcpNotice } from '../../dhcp/notice.ts';
import { type AddressProbe, startAddressProbe } from '../../dhcp/watch/address-probe.ts';
import type { DhcpNetwork } from '../../dhcp/wires/network.ts';
import type { Log } from '../../log.ts';
import type { Ipv4 } from '../../net/ipv4.ts';
import type { Mac } from '../../net/mac.ts';
import { keepTrying, type Service } from './keep-trying.ts';
import { onInterface } from './on-interface.ts';

export type AddressProbes = Service & {
  /** Null while there is none: addresses are then offered unasked. */
  on(nic: string): AddressProbe | null;
};

type Options = {
  readonly networks: readonly DhcpNetwork[];
  readonly indexOf: (name: string) => number | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly onUsed: (address: Ipv4, by: Mac) => void;
  readonly onNotice: (notice: DhcpNotice) => void;
};

export function startAddressProbes({
  networks,
  indexOf,
  clock,
  log,
  onUsed,
  onNotice,
}: Options): AddressProbes {
  const probes = new Map<string, AddressProbe>();
  const probed = new Map(
    networks.flatMap(({ name, interface: nic, arpProbe }) => (nic !== null && arpProbe ? [[nic, name]] : [])),
  );
  const services = [...probed].map(([nic, network]) => {
    const start = async (): Promise<Service> => {
      const onProxy = (mac: Mac): void => onNotice(proxyNotice(network, nic, mac));
      const onDefect = (thrown: unknown): void =>
        log.error(
          { interface: nic, error: String(thrown) },
          'a defect after an answer by ARP: please report it',
        );
      const probe = startAddressProbe({ interface: nic, clock, onUsed, onProxy, onDefect });
      probes.set(nic, probe);
      return {
        stop: async () => {
          probes.delete(nic);
          await probe.stop();
        },
      };
    };
    return keepTrying(onInterface(start, { name: nic, indexOf, clock }), {
      clock,
      onStarted: () => undefined,
      // The server on that interface has the same problem, and makes it an event.
      onProblem: (sentence) => log.warn({ interface: nic }, `asking for addresses by ARP: ${sentence}`),
    });
  });
  return {
    on: (nic) => probes.get(nic) ?? null,
    stop: async () => {
      await Promise.all(services.map((service) => service.stop()));
    },
  };
}

function proxyNotice(network: string, nic: string, mac: Mac): DhcpNotice {
  const sentence =
    `The machine with MAC ${mac} answers ARP for any address on ${nic} (network ${network}): a router with proxy ARP, or one that ` +
    'keeps machines from getting addresses. Its answers are not believed; turn proxy ARP off there.';
  return { kind: 'dhcp.proxy_arp', severity: 'warning', network, sentence, data: { network, mac } };
}
