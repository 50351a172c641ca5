/** Finding the boot loader in an EFI system partition (mounted: a folder), and efibootmgr's list. Pure over names. */

export type Loader = {
  /** As firmware wants it: `\EFI\debian\shimx64.efi`. */
  readonly path: string;
  /** The name of the boot entry. */
  readonly label: string;
};

/** A file in the partition: folder names and file name as they are spelled on disk, below `EFI`. */
export type EspFile = { readonly vendor: string; readonly name: string };

/** Suffix of loader file names by the kernel's architecture (UEFI 2.10, section 3.5.1.1). */
const SUFFIXES: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'x64'],
  ['aarch64', 'aa64'],
]);
/** shim first: it is what Secure Boot accepts, and it works without. */
const STEMS = ['shim', 'grub', 'systemd-boot', 'boot'];
const DEFAULT_LABEL = 'ingot';

/** `boot.csv` as shim's fallback reads it (UTF-16LE: `shimx64.efi,debian,,comment`), or null. */
export function parseBootCsv(bytes: Buffer): { readonly file: string; readonly label: string } | null {
  const text = bytes.subarray(0, 2).equals(Buffer.from([0xff, 0xfe])) ? bytes.subarray(2) : bytes;
  const [file = '', label = ''] = text.toString('utf16le').split(/\r?\n/)[0]?.split(',') ?? [];
  return /^[\w.-]+\.efi$/i.test(file) && label !== '' ? { file, label: label.slice(0, 64) } : null;
}

/** Where the CSV with the distribution's own wish is, if there is one: `BOOTX64.CSV`. */
export function findCsv(files: readonly EspFile[], architecture: string): EspFile | null {
  const name = `boot${SUFFIXES.get(architecture) ?? architecture}.csv`;
  return files.find((file) => file.name.toLowerCase() === name) ?? null;
}

/** The best loader of this architecture; those of a vendor before the removable-media path `EFI/BOOT`. */
export function findLoader(files: readonly EspFile[], architecture: string): Loader | null {
  const suffix = SUFFIXES.get(architecture) ?? architecture;
  const isFallback = (file: EspFile): boolean => file.vendor.toLowerCase() === 'boot';
  const ordered = [...files.filter((file) => !isFallback(file)), ...files.filter(isFallback)];
  for (const stem of STEMS) {
    const found = ordered.find((file) => file.name.toLowerCase() === `${stem}${suffix}.efi`);
    if (found !== undefined) return loaderOf(found, isFallback(found) ? DEFAULT_LABEL : found.vendor);
  }
  return null;
}

export function loaderOf(file: EspFile, label: string): Loader {
  return { path: `\\EFI\\${file.vendor}\\${file.name}`, label };
}

/** Numbers of the entries with this label, from `efibootmgr` (lines `Boot0003* debian\tHD(...)`). */
export function entriesWithLabel(listing: string, label: string): readonly string[] {
  return listing.split('\n').flatMap((line) => {
    const [, number, rest] = /^Boot([0-9A-Fa-f]{4})[* ] (.*)$/.exec(line) ?? [];
    if (number === undefined || rest === undefined) return [];
    const name = rest.split('\t')[0] ?? '';
    return name === label ? [number] : [];
  });
}
