/** What events tell of, by subject: a closed list, which streams and timelines are filtered by. */
const MADE = ['created', 'updated', 'deleted'] as const;

const BY_SUBJECT = {
  agent: ['heartbeat', 'inventory', 'logs', 'lookup', 'refused'],
  allocation: ['active', 'created', 'deleted', 'failed', 'updated'],
  bmc: ['recovered', 'trouble'],
  boot: [
    ...([
      'again',
      'failed',
      'image',
      'initrd',
      'kernel',
      'loop',
      'program',
      'request',
      'script',
      'unasked',
      'waits',
    ] as const),
  ],
  chassis: MADE,
  daemon: ['problem', 'solved'],
  deploy_template: MADE,
  dhcp: [
    ...([
      'ack',
      'boot_file',
      'decline',
      'discover',
      'elsewhere',
      'inform',
      'link_late',
      'nak',
      'offer',
    ] as const),
    ...(['relay', 'release', 'request'] as const),
    ...([
      'address_in_use',
      'imported',
      'lease_log_damaged',
      'no_mac',
      'shared_uuid',
      'no_server',
      'other_server',
      'other_server_gone',
      'proxy_arp',
    ] as const),
    ...(['quarantine_full', 'server_found', 'too_many_strangers'] as const),
  ],
  inspect: ['port_elsewhere', 'rule'],
  inspection_rule: MADE,
  job: [
    'abort_asked',
    'done',
    'failed',
    'progress',
    'step_done',
    'step_retry',
    'step_started',
    'tidy_failed',
    'waits',
  ],
  lcm: ['status'],
  machine: ['discovered', 'log'],
  maintenance: ['off', 'on'],
  network: ['datagrams_dropped'],
  node: [...MADE, 'managed'],
  port: MADE,
  portgroup: MADE,
  power: ['changed', 'requested'],
  reservation: ['changed', 'created', 'deleted'],
  runbook: MADE,
  state: ['changed'],
  tftp: ['done', 'failed', 'request'],
  token: ['created', 'revoked'],
  volume_connector: MADE,
  volume_target: MADE,
} as const;

type Subject = keyof typeof BY_SUBJECT;
export type EventKind = { [S in Subject]: `${S}.${(typeof BY_SUBJECT)[S][number]}` }[Subject];

/** `dhcp.ack`, `job.done` and so on, by subject. */
export const EVENT_KINDS: readonly string[] = Object.entries(BY_SUBJECT).flatMap(([subject, verbs]) =>
  verbs.map((verb) => `${subject}.${verb}`),
);
