/** GRUB's configuration by name, made when it is asked for; and what its loading tells of a boot. */
import type { AddressHolder } from '../net/address-holder.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { Mac } from '../net/mac.ts';
import type { BootEntry, BootSite } from './decision.ts';
import type { BootFact } from './facts.ts';
import {
  GRUB_CONFIG,
  GRUB_CONFIG_FOR_ALL,
  type GrubWay,
  macOfGrubConfig,
  renderGrubConfig,
} from './grub-config.ts';
import { RAMDISK_NAMES, RAMDISK_PARTS } from './ramdisk-files.ts';
import { createScriptRounds, GRUB_CONFIGURATION, type Stranger } from './script-rounds.ts';
import { strangerAt } from './ticket.ts';

/** Who asks, and whose address that is. */
export type Asker = { readonly address: Ipv4; readonly holder: AddressHolder };

export type LoadedScript = {
  readonly mac: Mac;
  /** The machine's; null: it went to an address that is not known to be that. */
  readonly address: Ipv4 | null;
  readonly fact: BootFact['kind'];
  readonly sentence: string;
};

type Loaded = Pick<BootFact, 'mac' | 'address' | 'file' | 'bytes' | 'sentence'> & { readonly kind: string };

export type GrubFiles = {
  /** GRUB's configurations by name: one that is the same for all, and one of each MAC address. */
  on(site: BootSite, by?: GrubWay): { get(name: string, asker: Asker): Uint8Array | undefined };
  /** Why the configuration with a ticket is not for who asks (`ticket.ts`); null: it is, or has none. */
  strangerTo(name: string, asker: Asker): { readonly mac: Mac; readonly why: string } | null;
  /**
   * The GRUB of the MAC of that name has loaded it; null: it is no configuration of one machine, or a stranger has, who
   * does not go round.
   */
  arrived(name: string, asker: Asker): LoadedScript | null;
  /**
   * Gives what was loaded whole by TFTP the same kinds as over HTTP (`boot.script`, `boot.kernel`, `boot.initrd`), so
   * that a boot's stages are the same whoever loads them. Other facts stay as they are.
   */
  asBootStage<F extends Loaded>(fact: F, asker: Asker): F;
};

/** Counts what GRUB loads, so that a machine that goes round is sent on, as iPXE's script does. */
export function createGrubFiles(options: {
  readonly bootEntry: (mac: Mac) => BootEntry | null;
  /** `boot.kernel_args`. */
  readonly kernelArgs: string;
  /** Milliseconds of a clock that nobody sets. */
  readonly elapsed: () => number;
  /** The GRUB of that machine has loaded its configuration. */
  readonly onLoaded: (mac: Mac) => void;
}): GrubFiles {
  const { bootEntry, elapsed, kernelArgs, onLoaded } = options;
  const forAll = Buffer.from(GRUB_CONFIG_FOR_ALL);
  const rounds = createScriptRounds(GRUB_CONFIGURATION);
  const hasTicket = (mac: Mac): boolean => (bootEntry(mac)?.ticket ?? null) !== null;
  const strangerOf = (mac: Mac, { address, holder }: Asker): Stranger | null => {
    const why = strangerAt(address, { mac, holder, bootEntry });
    return why === null ? null : { address, why };
  };
  const strangerTo: GrubFiles['strangerTo'] = (name, asker) => {
    const mac = macOfGrubConfig(name);
    const stranger = mac === null || !hasTicket(mac) ? null : strangerOf(mac, asker);
    return mac === null || stranger === null ? null : { mac, why: stranger.why };
  };
  const arrived: GrubFiles['arrived'] = (name, { address, holder }) => {
    const mac = macOfGrubConfig(name);
    if (mac === null) return null;
    const stranger = strangerOf(mac, { address, holder });
    const { fact, sentence } = rounds.count(bootEntry(mac), elapsed(), stranger);
    if (stranger !== null) return fact === 'boot.loop' ? { mac, address: null, fact, sentence } : null;
    onLoaded(mac);
    return { mac, address, fact, sentence };
  };
  return {
    on: (site, by = 'tftp') => ({
      get: (name, asker) => {
        if (name === GRUB_CONFIG) return forAll;
        const mac = macOfGrubConfig(name);
        if (mac === null) return undefined;
        const entry = bootEntry(mac);
        // What was asked for and broken off is no round: it counts when it has arrived.
        const asksElsewhere = strangerOf(mac, asker);
        const stuck = rounds.isLast(entry, elapsed(), asksElsewhere);
        const stranger = hasTicket(mac) ? (asksElsewhere?.why ?? null) : null;
        return Buffer.from(renderGrubConfig({ site, kernelArgs, mac, entry, stuck, by, stranger }));
      },
    }),
    strangerTo,
    arrived,
    asBootStage: (fact, asker) => {
      if (fact.kind !== 'tftp.done') return fact;
      const config = arrived(fact.file, asker);
      if (config !== null) {
        const { fact: kind, mac, address, sentence } = config;
        return { ...fact, kind, mac, address, sentence };
      }
      const part = PARTS.get(fact.file);
      if (part === undefined) return fact;
      return { ...fact, kind: part.fact, sentence: `fetched ${part.title} by TFTP: ${fact.bytes} bytes` };
    },
  };
}

const PARTS = new Map(RAMDISK_NAMES.map(({ name, part }) => [name, RAMDISK_PARTS[part]]));
