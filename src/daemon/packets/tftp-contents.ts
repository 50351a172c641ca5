/** What TFTP serves: GRUB's configurations, the installed boot programs, and files that the main thread shares. */
import type { BootEntry, BootSite } from '../../boot/decision.ts';
import { createGrubFiles } from '../../boot/grub-files.ts';
import { type BootManifest, contentsOf } from '../../boot/manifest.ts';
import { absentRamdisk } from '../../boot/ramdisk-files.ts';
import { createRefusals } from '../../boot/ticket.ts';
import type { Clock } from '../../clock.ts';
import { addressHolder } from '../../dhcp/leases/address-holder.ts';
import type { Place } from '../../dhcp/wires/shared-network.ts';
import type { Ipv4 } from '../../net/ipv4.ts';
import type { Mac } from '../../net/mac.ts';
import type { TftpFact } from '../../tftp/facts.ts';
import { firstOf, normaliseName, type TftpFiles } from '../../tftp/names.ts';
import type { SharedFiles } from '../share-ramdisk.ts';
import type { Fact } from './packet-protocol.ts';

type Options = {
  readonly manifest: BootManifest;
  /** `boot.kernel_args`. */
  readonly kernelArgs: string;
  /** How boot files are reached, whatever the network. */
  readonly site: Omit<BootSite, 'serverAddress'>;
  readonly places: readonly Place[];
  readonly entryOf: (mac: Mac) => BootEntry | null;
  /** The GRUB of that machine has loaded its configuration. */
  readonly onLoaded: (mac: Mac) => void;
  readonly onFact: (fact: Fact) => void;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
};

export type TftpContents = {
  /** On that address of ours. */
  on(address: Ipv4): TftpFiles;
  /** As GRUB's files tell it (`boot/grub-files.ts`). */
  asBootStage(fact: TftpFact): Fact;
  /** From now on; null: no more. */
  share(files: SharedFiles): void;
};

export function createTftpContents(options: Options): TftpContents {
  const { manifest, kernelArgs, site, places, entryOf, onLoaded, onFact, clock } = options;
  const shared = new Map<string, Uint8Array>();
  const grub = createGrubFiles({ kernelArgs, elapsed: clock.elapsed, bootEntry: entryOf, onLoaded });
  const refusals = createRefusals();
  const grubOn = (address: Ipv4): TftpFiles => {
    const configurations = grub.on({ ...site, serverAddress: address });
    return {
      get: (name, client) => {
        const asker = { address: client, holder: addressHolder(client, places) };
        const stranger = grub.strangerTo(name, asker);
        const told = stranger && refusals({ ...stranger, now: clock.elapsed() });
        if (told !== null) onFact({ ...told, at: clock.now() });
        return configurations.get(name, asker);
      },
    };
  };
  /** The ramdisk's files have a hint of their own where they are not there. */
  const tellAbsence = (fact: TftpFact): TftpFact => {
    if (fact.kind !== 'tftp.failed') return fact;
    const name = normaliseName(fact.file);
    const absent = shared.has(name) ? null : absentRamdisk(name);
    return absent === null ? fact : { ...fact, sentence: `asked for ${name} by TFTP: ${absent}` };
  };
  return {
    on: (address) => firstOf(grubOn(address), contentsOf(manifest), shared),
    asBootStage: (asked) => {
      const fact = tellAbsence(asked);
      return grub.asBootStage(fact, { address: fact.address, holder: addressHolder(fact.address, places) });
    },
    share: (files) => {
      for (const [name, content] of files) {
        if (content === null) shared.delete(name);
        else shared.set(name, content);
      }
    },
  };
}
