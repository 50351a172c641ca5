/**
 * Notices links that come up late: a switch port that waits for spanning tree, LACP or 802.1X forwards nothing for
 * 30 to 50 seconds after its link is up, and firmware that gives up after 60 seconds then boots now and then only.
 * Pure but for what it remembers of each machine.
 */
import type { Mac } from '../../net/mac.ts';
import { createRecentMap } from '../../net/recent-map.ts';
import type { BootStage } from '../question.ts';

/** What of a DISCOVER or an ACK matters here. */
export type Heard = {
  readonly mac: Mac;
  readonly stage: BootStage;
  /** Seconds for which the client asks already, as it says itself. */
  readonly secs: number;
};

type Memory = { readonly lastDiscover: number; readonly firmwareAck: number | null };

/** Firmware asks after 0, 4, 12 and 28 s: who says more than this was not heard before. */
const LATE_S = 20;
/** More is no time: old ROMs send the two bytes in the wrong order (4 s becomes 1024). */
const LONGEST_S = 600;
/** Loading iPXE by TFTP, and its own start, take some seconds; its link took the rest. */
const LONG_GAP_MS = 30_000;
/** Later, another boot is under way. */
const SAME_BOOT_MS = 300_000;
const MOST_MACHINES = 4096;

const CHECK = 'check portfast (spanning tree), LACP and 802.1X on its switch port';

export class LinkWatch {
  readonly #machines = createRecentMap<Mac, Memory>(MOST_MACHINES);

  /** What to tell of it, or null. Called with each DISCOVER, before it is answered. */
  discover({ mac, stage, secs }: Heard, now: number): string | null {
    const before = this.#machines.get(mac) ?? null;
    const isFirst = before === null || now - before.lastDiscover > SAME_BOOT_MS;
    const firmwareAck = isFirst ? null : before.firmwareAck;
    const gap = stage === 'ipxe' && firmwareAck !== null ? now - firmwareAck : 0;
    this.#machines.set(mac, { lastDiscover: now, firmwareAck: stage === 'ipxe' ? null : firmwareAck });
    if (isFirst && secs > LATE_S && secs <= LONGEST_S)
      return `asked for ${secs} s before its first question reached us: its link came up late; ${CHECK}`;
    if (gap > LONG_GAP_MS && gap <= SAME_BOOT_MS)
      return `had its firmware's lease ${Math.round(gap / 1000)} s before iPXE's first question reached us: the link came up late when iPXE took it over; ${CHECK}, or use snponly.efi or undionly.kpxe, which keep the link up`;
    return null;
  }

  /** Firmware got its lease: iPXE comes next. */
  acknowledged(mac: Mac, now: number): void {
    const before = this.#machines.get(mac);
    this.#machines.set(mac, { lastDiscover: before?.lastDiscover ?? now, firmwareAck: now });
  }
}
