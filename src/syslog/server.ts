/** The syslog receiver: iPXE and the ramdisk tell what they do, and their nodes' events show it (UDP, RFC 5426). */
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { openBoundSocket } from '../net/bound-socket.ts';
import type { Counters } from '../net/counters.ts';
import { type Ipv4, parseIpv4 } from '../net/ipv4.ts';
import type { WatchDrops } from '../net/kernel-drops.ts';
import { createRequestRate } from '../net/request-rate.ts';
import type { SyslogCount } from './counts.ts';
import { createGatherer, GATHER_MS, type GatheredLines } from './gather.ts';
import { parseSyslog } from './message.ts';

/** A kernel's boot messages in one go, and a steady line every now and then. */
const RATE = { burst: 1_000, perSecond: 20, maxAddresses: 10_000 } as const;
/** Lines that nobody waits for may be lost in a flood: they must not cost memory. */
const RECEIVE_BUFFER_BYTES = 512 * 1024;

export type SyslogFact = {
  readonly kind: 'machine.log';
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly mac: null;
  readonly address: Ipv4;
  readonly sentence: string;
};

export type SyslogServerOptions = {
  /** Our own address on the network. */
  readonly address: Ipv4;
  readonly interface: string | null;
  /** 514 unless told; 0 lets the system choose. */
  readonly port?: number;
  readonly isClient: (address: Ipv4) => boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters<SyslogCount>;
  readonly drops?: WatchDrops;
  readonly onFact: (fact: SyslogFact) => void;
};

export type SyslogServer = { readonly port: number; stop(): Promise<void> };

export const SYSLOG_PORT = 514;

/** @throws IngotError `environment` when the address or port cannot be had. */
export async function startSyslogServer(options: SyslogServerOptions): Promise<SyslogServer> {
  const { address, clock, counters, isClient, log, onFact } = options;
  const socket = await openBoundSocket({
    interface: options.interface,
    address,
    port: options.port ?? SYSLOG_PORT,
    receiveBufferBytes: RECEIVE_BUFFER_BYTES,
    drops: options.drops,
  });
  const rate = createRequestRate(RATE);
  const gatherer = createGatherer((lines) => {
    for (let line = 0; line < lines; line++) counters.count('left_out');
  });
  const stopping = new AbortController();
  let ticking = false;

  const tell = (gathered: readonly GatheredLines[]): void => {
    for (const one of gathered)
      onFact({ kind: 'machine.log', at: one.at, mac: null, address: one.address, sentence: sentenceOf(one) });
  };
  const tickWhileGathering = async (): Promise<void> => {
    if (ticking) return;
    ticking = true;
    while (gatherer.waiting() > 0 && !stopping.signal.aborted) {
      await clock.sleep(GATHER_MS / 4, stopping.signal).catch(() => undefined);
      tell(gatherer.due(clock.now()));
    }
    ticking = false;
  };

  socket.on('message', (datagram, from) => {
    const client = parseIpv4(from.address);
    if (client === null || !isClient(client)) return counters.count('not_our_network');
    if (!rate.allows(client, clock.elapsed())) return counters.count('rate_limited');
    const line = parseSyslog(datagram);
    if (line === null) return counters.count('empty');
    counters.count('lines');
    tell(gatherer.add(client, line, clock.now()));
    void tickWhileGathering();
  });
  socket.on('error', (error) => log.warn({ error: error.message }, 'syslog socket error'));

  return {
    port: socket.address().port,
    stop: async () => {
      stopping.abort(new Error('the syslog receiver stops'));
      tell(gatherer.due(clock.now() + GATHER_MS));
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
}

/** `ipxe says: first line / second line`; lines of several programs each with its name. */
function sentenceOf({ leftOut, lines }: GatheredLines): string {
  const apps = new Set(lines.map(({ app }) => app));
  const [only = null] = apps;
  const said = lines.map(({ app, text }) => (apps.size === 1 || app === null ? text : `${app}: ${text}`));
  const before = leftOut === 0 ? '' : `(${leftOut} lines before were left out) `;
  return `${apps.size === 1 && only !== null ? `${only} says` : 'it says'}: ${before}${said.join(' / ')}`;
}
