/** What DHCP tells a client about booting: the one decision, with what the packet thread knows of the machine. */
import { createChainMemory } from '../../boot/chain-memory.ts';
import { bootClientOf } from '../../boot/client.ts';
import { type BootClient, type BootEntry, type BootSite, decideBoot } from '../../boot/decision.ts';
import { renderDhcpBootFields } from '../../boot/dhcp-fields.ts';
import type { FirmwareQuestion, ProgramRounds } from '../../boot/program-rounds.ts';
import type { Clock } from '../../clock.ts';
import type { ClientFacts } from '../../dhcp/codec/client-facts.ts';
import type { DhcpBootFields } from '../../dhcp/replies/boot-fields.ts';
import type { BootNetwork } from '../../dhcp/wires/network.ts';
import type { Mac } from '../../net/mac.ts';
import type { Fact } from './packet-protocol.ts';

type Options = {
  /** The boot programs that are installed. */
  readonly files: { has(name: string): boolean };
  /** As `BootManifest.httpGrubs`. */
  readonly httpGrubs: { has(name: string): boolean };
  readonly entryOf: (mac: Mac) => BootEntry | null;
  /** How boot files are reached, whatever the network. */
  readonly site: Omit<BootSite, 'serverAddress'>;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
  readonly onFact: (fact: Fact) => void;
  /** Told elsewhere of GRUBs that arrive. */
  readonly rounds: ProgramRounds;
};

/** For a client that asks on that network. Null: nothing to boot. */
export type BootAnswers = (
  client: ClientFacts,
  network: Pick<BootNetwork, 'address' | 'mode'>,
) => DhcpBootFields | null;

export function createBootAnswers(options: Options): BootAnswers {
  const { clock, entryOf, files, httpGrubs, onFact, rounds, site: common } = options;
  const chains = createChainMemory();
  return (facts, { address, mode }) => {
    const client = bootClientOf(facts);
    const { mac, messageType, xid } = facts;
    const now = clock.elapsed();
    // A proxy's OFFER is its last word, and so is whatever port 4011 says where DHCP is somebody else's.
    const final = messageType === 'request' || mode === 'proxy' || mode === 'off';
    const chained = chains.note({ mac, client, xid, final, now });
    const entry = entryOf(mac);
    const { stuck, news } = roundOf(client, rounds, { mac, entry, xid, now });
    const site = { ...common, serverAddress: address };
    const decision = decideBoot({ client, mac, entry, site, files, httpGrubs, chained, stuck });
    if (client.kind === 'firmware' && decision.action === 'first-stage' && final) rounds.given({ mac, now });
    // Firmware takes no offer that names nothing to boot: there is no later word than that.
    const isTold = stuck ? news : final && client.kind !== 'not-booting';
    if (decision.action === 'none' && isTold) {
      const kind = chained || stuck ? 'boot.loop' : 'boot.failed';
      const sentence = `got an address and nothing to boot: ${decision.reason}`;
      onFact({ kind, at: clock.now(), mac, address: null, sentence });
    }
    return renderDhcpBootFields({ decision, client, site, asProxy: mode === 'proxy' });
  };
}

function roundOf(
  client: BootClient,
  rounds: ProgramRounds,
  question: FirmwareQuestion,
): ReturnType<ProgramRounds['judge']> {
  if (client.kind === 'firmware') return rounds.judge(question);
  if (client.kind === 'ipxe' && (client.http || client.https)) rounds.arrived(question.mac);
  return { stuck: false, news: false };
}
