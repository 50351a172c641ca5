/**
 * Which downloads need a place, and what is said to a client that has to wait: 503 with `Retry-After`, which iPXE
 * honours without a limit of tries (httpcore.c). Firmware has no such patience (EDK2 HttpBootDxe fails at once), so
 * it never waits, and neither does anybody for a first-stage program or a script. A User-Agent is easily said: only
 * the machine of a node that said HTTP boot by DHCP, too, is taken for firmware.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Counters } from '../net/counters.ts';
import type { Mac } from '../net/mac.ts';
import type { BootCount } from './counts.ts';
import type { BootFact } from './facts.ts';
import { sendText } from './http-send.ts';
import { type LeastRate, requireRate } from './least-rate.ts';
import { ownSeconds } from './own-seconds.ts';
import { createPlaces, type Place } from './places.ts';
import type { Resource } from './resources.ts';

export type AdmissionLimits = {
  /** Kernels and ramdisks under way at once (`limits.boot_downloads`). */
  readonly ramdisks: number;
  /** Downloads of images at once, each with 2 MiB of memory. */
  readonly images: number;
  /** Of either, those of one address at once (`limits.downloads_per_address`); null: a share of them. */
  readonly perAddress: number | null;
  /** What a download has to take, or it is cut: each holds one of those places. */
  readonly leastRate: LeastRate;
};

type AdmissionOptions = {
  readonly bootsByHttp: (mac: Mac) => boolean;
  readonly limits: AdmissionLimits;
  readonly clock: Clock;
  readonly counters: Counters<BootCount>;
};

/** Serves now and gives back what `serve` tells, or tells the client to wait. */
export type Admission = <T extends Pick<BootFact, 'sentence'> | null>(download: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly resource: Resource;
  readonly client: { readonly address: string; readonly mac: Mac | null };
  readonly serve: () => Promise<T>;
}) => Promise<T | Waits | null>;

/** To be told once for each wait. */
export type Waits = Pick<BootFact, 'kind' | 'sentence' | 'bytes'>;

type Rule = { readonly places: 'ramdisks' | 'images'; readonly next: 'another' | 'nothing' };

/** By what the file is; what is not listed needs no place. The ramdisk follows its kernel within moments. */
const RULES: { readonly [kind in BootFact['kind']]?: Rule } = {
  'boot.kernel': { places: 'ramdisks', next: 'another' },
  'boot.initrd': { places: 'ramdisks', next: 'nothing' },
  'boot.image': { places: 'images', next: 'nothing' },
};

/** Seconds by which those who were refused in the same moment come back apart. */
const MOST_JITTER_S = 15;

export function createAdmission({ bootsByHttp, limits, clock, counters }: AdmissionOptions): Admission {
  /** EDK2 says `UefiHttpBoot/1.0` (HttpBootClient.c), and so does a GRUB that loads by the firmware's HTTP. */
  const isFirmware = (request: IncomingMessage, mac: Mac | null): boolean =>
    /^UefiHttpBoot\b/i.test(request.headers['user-agent'] ?? '') && mac !== null && bootsByHttp(mac);
  const places = {
    ramdisks: createPlaces(limits.ramdisks, limits.perAddress),
    images: createPlaces(limits.images, limits.perAddress),
  };
  return async ({ client, request, resource, response, serve }) => {
    const rule = resource.kind === 'file' ? RULES[resource.fact] : undefined;
    // Firmware fetches no image: who says so and does keeps to the bound.
    const impatient = rule?.places === 'ramdisks' && isFirmware(request, client.mac);
    if (rule === undefined || request.method === 'HEAD' || impatient) return serve();
    const place = places[rule.places].ask(client.address, {
      now: clock.elapsed(),
      jitterS: ownSeconds(client.mac ?? client.address, MOST_JITTER_S),
    });
    if (place.kind === 'wait') {
      counters.count('asked_to_wait');
      response.setHeader('Retry-After', place.retryAfterS);
      await sendText(response, 503, 'too many downloads at once, come back for your turn\n');
      return place.first ? waits(limits[rule.places], place) : null;
    }
    counters.count('downloads');
    const rate = requireRate(response, { ...limits.leastRate, clock });
    try {
      const told = await serve();
      if (told === null || !rate.hasCut()) return told;
      return { ...told, sentence: `${told.sentence}: ${whyCut(limits.leastRate)}` };
    } finally {
      rate.stop();
      place.leave(rule.next, clock.elapsed());
    }
  };
}

/** It was not the machine that broke it off: its wire, or who else is on it, is where to look. */
function whyCut({ bytes, overMs }: LeastRate): string {
  const kib = Math.round(bytes / 1024 / (overMs / 1000));
  return `ingot cut it off, for it took less than ${kib} KiB a second; check the machine's wire`;
}

function waits(places: number, { own, position }: Extract<Place, { kind: 'wait' }>): Waits {
  const sentence =
    own === null
      ? `waits for its turn as number ${position}: ${places} downloads are under way at once`
      : `waits with one more download: ${own} to its address are under way, as many as one gets at once (limits.downloads_per_address)`;
  return { kind: 'boot.waits', bytes: 0, sentence };
}
