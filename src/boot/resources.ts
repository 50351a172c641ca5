/** What a path of the boot file server names. A path is a key of these tables or it is nothing. */
import { stat } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { ImageStore } from '../images/images.ts';
import type { AddressHolder } from '../net/address-holder.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import { type Mac, parseMac } from '../net/mac.ts';
import type { BootEntry, BootSite } from './decision.ts';
import type { BootFact } from './facts.ts';
import { createGrubFiles, type GrubFiles, type LoadedScript } from './grub-files.ts';
import type { HttpFile } from './http-send.ts';
import { renderIpxeScript } from './ipxe-script.ts';
import type { BootManifest } from './manifest.ts';
import { RAMDISK_PARTS, type RamdiskFile } from './ramdisk-files.ts';
import { createScriptRounds, IPXE_SCRIPT, type ScriptRounds } from './script-rounds.ts';
import { createRefusals, strangerAt } from './ticket.ts';

export type Resource =
  | {
      readonly kind: 'script';
      readonly text: string;
      /** Null: loaded by somebody else than the machine. */
      readonly loaded: LoadedScript | null;
    }
  /** The script of a machine, for somebody else. */
  | {
      readonly kind: 'refused';
      readonly text: string;
      readonly told: ReturnType<ReturnType<typeof createRefusals>>;
    }
  | {
      readonly kind: 'file';
      readonly file: HttpFile;
      readonly fact: BootFact['kind'];
      /** For sentences: "the kernel", "image 3f2a". */
      readonly title: string;
    }
  /** A configuration of GRUB; `loaded`: that of one machine, which has it now. */
  | { readonly kind: 'grub'; readonly text: string; readonly loaded: LoadedScript | null }
  | { readonly kind: 'missing'; readonly sentence: string };

export type ResourceOptions = {
  /** The first-stage programs. */
  readonly manifest: BootManifest;
  readonly ramdisk: readonly RamdiskFile[];
  readonly images: Pick<ImageStore, 'ready'>;
  readonly bootEntry: (mac: Mac) => BootEntry | null;
  /** The site that a connection to this address of ours belongs to; null when it is none. */
  readonly siteOf: (localAddress: string) => BootSite | null;
  /** `boot.kernel_args`. */
  readonly kernelArgs: string;
  readonly clock: Pick<Clock, 'elapsed'>;
  readonly holderOf: (address: Ipv4) => Promise<AddressHolder>;
  /** The GRUB of that machine has loaded its configuration. */
  readonly onGrubLoaded: (mac: Mac) => void;
};

export type Asked = {
  /** Whose request it is; null: no IPv4 address. */
  readonly client: Ipv4 | null;
  /** Ours, that the connection came to. */
  readonly localAddress: string;
  readonly channel: 'tls' | 'plain';
  /** A HEAD: nothing is loaded by it, so it is no round of a boot. */
  readonly onlyLooks: boolean;
};

type Refusing = { readonly refusals: ReturnType<typeof createRefusals> };

export type Resolver = (rest: string, asked: Asked) => Promise<Resource>;

/** One resolver for each first part of a path; it gets the rest as the client sent it. */
export function createResolvers(options: ResourceOptions): { readonly [root: string]: Resolver } {
  const ramdisk = new Map(options.ramdisk.map((file) => [file.name, memoryResource(file)]));
  const rounds = createScriptRounds(IPXE_SCRIPT);
  const refusals = createRefusals();
  const grub = createGrubFiles({
    bootEntry: options.bootEntry,
    kernelArgs: options.kernelArgs,
    elapsed: options.clock.elapsed,
    onLoaded: options.onGrubLoaded,
  });
  return {
    // shim asks for what lies beside it by two slashes: /boot//grubx64.efi.
    '/boot/': async (name) => programResource(options.manifest, name.replace(/^\/+/, '')),
    '/grub/': async (name, asked) => grubResource({ ...options, grub, refusals }, `grub/${name}`, asked),
    '/ipxe/': async (name, asked) => scriptResource({ ...options, rounds, refusals }, name, asked),
    '/files/': async (name) => (await ramdisk.get(name)?.()) ?? NO_SUCH_FILE,
    '/images/': async (id) => imageResource(options.images, id),
  };
}

const NO_SUCH_FILE: Resource = { kind: 'missing', sentence: 'no such file' };

function programResource(manifest: BootManifest, name: string): Resource {
  const found = manifest.files.get(name);
  if (found === undefined) {
    const missing = manifest.missing.find((one) => one.name === name);
    return missing === undefined
      ? NO_SUCH_FILE
      : { kind: 'missing', sentence: `${missing.why}. ${missing.hint}` };
  }
  const { content, etag, modified } = found;
  // UEFI HTTP boot goes by the type where there is one (EDK2 HttpBootSupport.c).
  const contentType = name.endsWith('.efi') ? 'application/efi' : OCTETS;
  return {
    kind: 'file',
    fact: 'boot.program',
    title: name,
    file: { body: content, size: content.length, etag, modified, contentType },
  };
}

async function scriptResource(
  options: ResourceOptions & Refusing & { readonly rounds: ScriptRounds },
  name: string,
  { channel, client, localAddress, onlyLooks }: Asked,
): Promise<Resource> {
  const { clock, refusals, rounds } = options;
  const mac = parseMac(name);
  const site = options.siteOf(localAddress);
  if (mac === null) return NO_SUCH_FILE;
  if (site === null) return { kind: 'missing', sentence: `no network is served on ${localAddress}` };
  if (client === null) return NO_SUCH_FILE;
  // Before the entry is looked at, so that all the rest is of one moment.
  const holder = await options.holderOf(client);
  const entry = options.bootEntry(mac);
  const stranger = strangerAt(client, { mac, holder, bootEntry: options.bootEntry });
  if (stranger !== null && entry !== null && entry.ticket !== null) {
    const text = renderIpxeScript({ mac, entry, site, kernelArgs: '', stranger });
    return { kind: 'refused', text, told: refusals({ mac, why: stranger, now: clock.elapsed() }) };
  }
  const from = stranger === null ? null : { address: client, why: stranger };
  const now = clock.elapsed();
  const { fact, sentence, stuck } = onlyLooks ? rounds.look(entry, now) : rounds.count(entry, now, from);
  const text = renderIpxeScript({ mac, entry, site, kernelArgs: options.kernelArgs, stuck, channel });
  const loaded = { mac, address: from === null ? client : null, fact, sentence };
  return { kind: 'script', text, loaded: from === null || fact === 'boot.loop' ? loaded : null };
}

async function grubResource(
  {
    clock,
    grub,
    holderOf,
    manifest,
    refusals,
    siteOf,
  }: ResourceOptions & Refusing & { readonly grub: GrubFiles },
  name: string,
  { client, localAddress, onlyLooks }: Asked,
): Promise<Resource> {
  const site = siteOf(localAddress);
  if (site === null || manifest.httpGrubs.size === 0 || client === null) return NO_SUCH_FILE;
  const asker = { address: client, holder: await holderOf(client) };
  const text = grub.on(site, 'http').get(name, asker);
  if (text === undefined) return NO_SUCH_FILE;
  const stranger = grub.strangerTo(name, asker);
  const answer = Buffer.from(text).toString();
  if (stranger !== null)
    return { kind: 'refused', text: answer, told: refusals({ ...stranger, now: clock.elapsed() }) };
  return { kind: 'grub', text: answer, loaded: onlyLooks ? null : grub.arrived(name, asker) };
}

function memoryResource({ part, source, command }: RamdiskFile): () => Promise<Resource> {
  const { fact, title } = RAMDISK_PARTS[part];
  return async () => {
    const found = await source.get();
    if (found === null)
      return {
        kind: 'missing',
        sentence: `${title} is not built yet (${source.path} does not exist): run ${command}`,
      };
    const { content, etag, modified } = found;
    return {
      kind: 'file',
      fact,
      title,
      file: { body: content, size: content.length, etag, modified, contentType: OCTETS },
    };
  };
}

async function imageResource(images: Pick<ImageStore, 'ready'>, id: string): Promise<Resource> {
  const image = /^[\w-]{1,128}$/.test(id) ? await images.ready(id) : null;
  if (image === null) return { kind: 'missing', sentence: 'no such image in the cache' };
  const { path, sha256, size } = image;
  const modified = (await stat(path)).mtime;
  return {
    kind: 'file',
    fact: 'boot.image',
    title: `image ${id.slice(0, 12)}`,
    file: { body: { path }, size, etag: `"${sha256}"`, modified, contentType: OCTETS },
  };
}

const OCTETS = 'application/octet-stream';
