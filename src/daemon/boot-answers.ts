/** What DHCP tells a client about booting: the one decision, with what the packet thread knows of the machine. */
import { createChainMemory } from '../boot/chain-memory.ts';
import { bootClientOf } from '../boot/client.ts';
import { type BootEntry, type BootSite, decideBoot } from '../boot/decision.ts';
import { renderDhcpBootFields } from '../boot/dhcp-fields.ts';
import type { Clock } from '../clock.ts';
import type { DhcpBootFields } from '../dhcp/boot-fields.ts';
import type { ClientFacts } from '../dhcp/client-facts.ts';
import type { DhcpNetwork } from '../dhcp/network.ts';
import type { Mac } from '../net/mac.ts';
import type { Fact } from './packet-protocol.ts';

type Options = {
  /** The boot programs that are installed. */
  readonly files: { has(name: string): boolean };
  readonly entryOf: (mac: Mac) => BootEntry | null;
  /** How boot files are reached, whatever the network. */
  readonly site: Omit<BootSite, 'serverAddress'>;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
  readonly onFact: (fact: Fact) => void;
};

/** For a client that asks on that network. Null: nothing to boot. */
export type BootAnswers = (
  client: ClientFacts,
  network: Pick<DhcpNetwork, 'address' | 'mode'>,
) => DhcpBootFields | null;

export function createBootAnswers({ clock, entryOf, files, onFact, site: common }: Options): BootAnswers {
  const chains = createChainMemory();
  return (facts, { address, mode }) => {
    const client = bootClientOf(facts);
    const { mac, messageType, xid } = facts;
    // A proxy's OFFER is its last word.
    const final = messageType === 'request' || mode === 'proxy';
    const chained = chains.note({ mac, client, xid, final, now: clock.elapsed() });
    const site = { ...common, serverAddress: address };
    const decision = decideBoot({ client, mac, entry: entryOf(mac), site, files, chained });
    if (decision.action === 'none' && client.kind !== 'not-booting' && final) {
      const sentence = `got an address and nothing to boot: ${decision.reason}`;
      onFact({ kind: chained ? 'boot.loop' : 'boot.failed', at: clock.now(), mac, address: null, sentence });
    }
    return renderDhcpBootFields({ decision, client, site, asProxy: mode === 'proxy' });
  };
}
