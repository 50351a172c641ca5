/**
 * Machines that tell no MAC, and whose UUID, which they tell instead, is no node's: without a MAC they cannot be on the
 * list of discovered machines, so the operator is told of them by an event.
 */
import { RepeatLimit } from '../../net/repeat-limit.ts';
import { createRequestRate } from '../../net/request-rate.ts';
import { swapped, uuidText } from '../../net/smbios-uuid.ts';
import { OPTIONS, readOption } from '../codec/options/table.ts';
import type { DhcpPacket } from '../codec/packet.ts';
import { readRelayInformation } from '../codec/relay-information.ts';
import type { DhcpNotice } from '../notice.ts';
import { type Arrival, chooseWire, type DhcpWire } from '../wires/wires.ts';

const HOUR_MS = 3_600_000;
/** Notices of one network at once, and one more every six minutes, however many UUIDs are made up. */
const NOTICES = { burst: 10, perSecond: 1 / 360, maxAddresses: 64 } as const;

export class NamelessMachines {
  readonly #wires: readonly DhcpWire[];
  readonly #onNotice: (notice: DhcpNotice) => void;
  readonly #repeats = new RepeatLimit({ quietMs: HOUR_MS, mostKeys: 1024 });
  readonly #rate = createRequestRate(NOTICES);

  constructor(wires: readonly DhcpWire[], onNotice: (notice: DhcpNotice) => void) {
    this.#wires = wires;
    this.#onNotice = onNotice;
  }

  /** Such a machine asked. `now`: milliseconds since the epoch. */
  heard({ giaddr, ciaddr, options }: DhcpPacket, arrival: Arrival, now: number): void {
    const option = readOption(options, OPTIONS.machineUuid);
    if (option?.length !== 17) return;
    const hex = Buffer.from(option.subarray(1)).toString('hex');
    const relay = readRelayInformation(readOption(options, OPTIONS.relayInformation));
    const subnetSelection = readOption(options, OPTIONS.subnetSelection);
    const chosen = chooseWire({ giaddr, ciaddr, relay, subnetSelection }, arrival, this.#wires);
    if (!chosen.ok) return;
    const network = chosen.wire.networks[0].name;
    if (this.#repeats.allows(hex, now) && this.#rate.allows(network, now))
      this.#onNotice(namelessNotice(network, hex));
  }
}

function namelessNotice(network: string, hex: string): DhcpNotice {
  const [uuid, other] = [uuidText(hex), uuidText(swapped(hex))];
  const sentence =
    `A machine on network ${network} asks for an address, tells no MAC, and gets no answer: its firmware tells its UUID ` +
    `instead, and that is of no node, or of more than one. It is ${uuid} or ${other}, for firmware does not agree on the byte order: ` +
    'give its node that UUID (ingot node set NODE properties/system_uuid=UUID).';
  return { kind: 'dhcp.no_mac', severity: 'warning', network, sentence, data: { network, uuid } };
}
