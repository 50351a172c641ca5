/** The part `boot` of the configuration: where boot files come from, and how machines and their agents reach them. */
import { z } from 'zod';

export const bootSchema = z
  .strictObject({
    listen_port: z.int().min(1).max(65_535).default(6180),
    /** Folder with `vmlinuz` and `initrd.zst` of the ramdisk; relative to state_dir. */
    ramdisk_dir: z.string().default('ramdisk'),
    /** Where Debian's `ipxe` package (or your own build) keeps the iPXE programs. */
    ipxe_dir: z.string().default('/usr/lib/ipxe'),
    /** A folder with your own shimx64.efi, mmx64.efi and grubx64.efi; null: those of Debian's packages. */
    secure_boot_dir: z.string().startsWith('/', 'must be an absolute path').nullable().default(null),
    https: z
      .strictObject({
        /** Agents, and boot files by HTTPS, on PXE addresses; null: none, and agents talk by plain HTTP. */
        listen_port: z.int().min(1).max(65_535).nullable().default(6183),
        /** PEM files of a certificate (chain) and its key; null: one of ingot's own authority. */
        certificate: z.string().startsWith('/', 'must be an absolute path').nullable().default(null),
        key: z.string().startsWith('/', 'must be an absolute path').nullable().default(null),
        /** UEFI HTTP boot is given https:// URLs: for firmware that holds the authority. */
        uefi: z.boolean().default(false),
        /** An iPXE with HTTPS is given https:// URLs: for builds that trust the authority, by firmware or their own. */
        ipxe: z.boolean().default(false),
      })
      .refine(({ certificate, key }) => (certificate === null) === (key === null), {
        error: 'names a certificate without its key, or a key without its certificate: name both or neither',
      })
      .refine(({ ipxe, listen_port }) => !ipxe || listen_port !== null, {
        error: 'ipxe is true and listen_port is null: iPXE would be sent to a port where nobody listens',
      })
      .refine(({ listen_port, uefi }) => !uefi || listen_port !== null, {
        error: 'uefi is true and listen_port is null: firmware would be sent to a port where nobody listens',
      })
      .prefault({}),
    /** ironic-python-agent as it is may be in the ramdisk: no ticket, any certificate, calls by plain HTTP. */
    upstream_agents: z.boolean().default(false),
    /** Take the log lines of iPXE and the ramdisk (UDP 514 on PXE addresses) into their nodes' events. */
    syslog: z.boolean().default(true),
    /** More words for the ramdisk's kernel command line, such as `console=ttyS0`. */
    kernel_args: z.string().default(''),
    tftp: z
      .strictObject({
        /** Transfers leave from port 69 and not from ports of their own: for NAT and firewalls between. */
        single_port: z.boolean().default(false),
        /** Bytes of a block, at most; never more than the interface's MTU less 32. */
        max_block_size: z.int().min(512).max(65_464).default(1468),
        /** Transfers at once: of all clients, and of one address (behind NAT that is many machines). */
        max_transfers: z.int().min(1).max(16_384).default(1024),
        max_transfers_per_client: z.int().min(1).max(16_384).default(8),
      })
      .prefault({}),
  })
  .prefault({});
