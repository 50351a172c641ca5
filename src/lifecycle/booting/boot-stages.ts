/** The stages of a network boot as ingot itself sees them, and what to check when one is the last. */
import type { BootLimit } from '../../config/timeouts.ts';

export type BootStage = {
  readonly kinds: readonly string[];
  /** What the stage shows, to follow "last seen:". */
  readonly seen: string;
  /** What should come next. */
  readonly missing: string;
  readonly check: readonly string[];
  /** How long it may last; stages in a row with the same limit share one such time. Null: as long as the step. */
  readonly limit: BootLimit | null;
};

/** Stands for nothing seen at all. */
export const NOTHING_SEEN: BootStage = {
  kinds: [],
  seen: 'the machine was switched on',
  missing: 'No DHCP request came from any of its known MAC addresses',
  limit: 'dhcp_s',
  check: [
    'Is the cable of the PXE NIC in the right switch port and VLAN, with link and without a long spanning-tree delay?',
    'Do the ports of the node name the MAC address of the NIC that boots?',
    'Where another DHCP server sends machines to ingot (dhcp: off), ingot sees them from their boot script on: does it name the script’s URL to iPXE?',
    'Does the machine boot from the network at all? Its console shows whether firmware took the one-time PXE boot.',
  ],
};

/** In the order of a boot. */
export const BOOT_STAGES: readonly BootStage[] = [
  NOTHING_SEEN,
  {
    kinds: ['dhcp.discover', 'dhcp.request'],
    seen: 'a DHCP request',
    missing: 'No offer was made',
    limit: 'dhcp_s',
    check: [
      'Does the PXE network serve DHCP (dhcp: authoritative), and has its range a free address?',
      'See the log lines of the dhcp component.',
    ],
  },
  {
    kinds: ['dhcp.offer'],
    seen: 'a DHCP offer to the machine',
    missing: 'It did not take the offer',
    limit: 'boot_program_s',
    check: [
      'Is there another DHCP server on the PXE network?',
      'Do answers reach the machine? See the switch, and relays between it and the seed node.',
    ],
  },
  {
    kinds: ['dhcp.boot_file', 'dhcp.elsewhere'],
    seen: 'a boot file named to the machine, whose address another DHCP server gives',
    missing: 'No boot program was fetched by TFTP or HTTP',
    limit: 'boot_program_s',
    check: [
      'Did the other DHCP server give the machine an address? Without one firmware takes no boot file.',
      'Does the other DHCP server name a boot file of its own (next-server, filename, options 66 and 67)? Then firmware may take that.',
      'Does a firewall on the way drop TFTP (UDP port 69 and high ports), or UDP port 4011?',
    ],
  },
  {
    kinds: ['dhcp.ack'],
    seen: 'an address given by DHCP',
    missing: 'No boot program was fetched by TFTP or HTTP',
    limit: 'boot_program_s',
    check: [
      'Does a firewall on the way drop TFTP (UDP port 69 and high ports)?',
      'Is the machine’s firmware of a kind that ingot has a boot program for (docs/networks.md lists them)?',
      'Does its console show a PXE error?',
    ],
  },
  {
    kinds: ['tftp.request'],
    seen: 'a request for a boot file by TFTP',
    missing: 'The file did not arrive',
    limit: 'boot_program_s',
    check: [
      'Does a firewall or conntrack drop UDP from high ports to the machine?',
      'Does the network drop large UDP packets (MTU)?',
    ],
  },
  {
    kinds: ['tftp.done', 'boot.program'],
    seen: 'a boot program sent to the machine',
    missing: 'The boot loader (iPXE, or GRUB under Secure Boot) did not ask what to boot',
    limit: 'script_s',
    check: [
      'Does the console show iPXE, or GRUB? If not, the firmware may refuse the program: with Secure Boot on, say secure_boot:true among the node’s capabilities.',
      'Does iPXE know the NIC? Does a firewall drop the boot listener’s port (6180)?',
      'Does the console show "Permission denied" of iPXE? With boot.https.ipxe it has to trust the authority (ingot boot ca; docs/http-boot.md).',
    ],
  },
  {
    kinds: ['boot.script', 'boot.again'],
    seen: 'the boot script sent to the machine',
    missing: 'The kernel was not fetched',
    limit: 'kernel_s',
    check: [
      'Does the console show an error of iPXE or GRUB?',
      'Are the ramdisk’s files there (ingot status)?',
    ],
  },
  {
    kinds: ['boot.waits'],
    seen: 'the machine waiting for its turn to load the kernel',
    missing: 'Its turn has not come',
    limit: null,
    check: [
      'How many machines load at once? See limits.boot_downloads, and what the network carries.',
      'Do machines share one address (NAT, proxy)? See limits.downloads_per_address.',
    ],
  },
  {
    kinds: ['boot.kernel'],
    seen: 'the kernel sent to the machine',
    missing: 'The ramdisk’s initrd was not fetched',
    limit: 'ramdisk_s',
    check: [
      'Does the console show an error of iPXE or GRUB?',
      'Is the ramdisk’s initrd there (ingot status)?',
    ],
  },
  {
    kinds: ['boot.initrd'],
    seen: 'the ramdisk sent to the machine',
    missing: 'The agent did not look its node up',
    limit: 'lookup_s',
    check: [
      'Does the console show the kernel starting? A machine with too little memory (below 1 GiB) stops here.',
      'Does the ramdisk have the driver of the NIC, and did it get an address?',
      'Was the ramdisk built by this version of ingot (npm run ramdisk)? One of an earlier version cannot look up by HTTPS. Does a firewall drop that port (boot.https.listen_port)?',
    ],
  },
  {
    kinds: ['agent.lookup'],
    seen: 'the agent looking its node up',
    missing: 'No heartbeat followed',
    limit: 'heartbeat_s',
    check: [
      'Does the console show an error of the agent?',
      'Can the machine reach the boot listener’s port?',
    ],
  },
  {
    kinds: ['agent.heartbeat', 'agent.inventory'],
    seen: 'the agent calling back',
    missing: 'The agent is there',
    limit: null,
    check: ['See what the agent prints on the console of the machine.'],
  },
];

/** Kinds of the stages in which no boot loader of ours has spoken yet. */
export const BEFORE_THE_LOADER: readonly string[] = BOOT_STAGES.flatMap(({ kinds }) => kinds).filter((kind) =>
  /^(dhcp|tftp)\.|^boot\.program$/.test(kind),
);

/** What shows that something went wrong on the way; told beside the stage. */
export const TROUBLE: readonly string[] = [
  'dhcp.nak',
  'dhcp.decline',
  'tftp.failed',
  'boot.failed',
  'boot.loop',
  'boot.unasked',
  'agent.refused',
];

export const BOOT_EVENT_KINDS: readonly string[] = [
  ...BOOT_STAGES.flatMap((stage) => stage.kinds),
  ...TROUBLE,
];
