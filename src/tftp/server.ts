/**
 * The TFTP server: read-only, from memory, by name (RFC 1350, 2347 to 2349, 7440). It answers requests on one
 * address; each download has an outlet (`outlet.ts`) and a state machine (`transfer.ts`) of its own.
 * Nothing here reads a file or a path, and nothing a stranger sends is answered with more than one small
 * packet at a time before its address has proved itself by an ACK.
 */
import type { RemoteInfo } from 'node:dgram';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { openBoundSocket } from '../net/bound-socket.ts';
import type { Counters } from '../net/counters.ts';
import type { Ipv4 } from '../net/ipv4.ts';
import type { WatchDrops } from '../net/kernel-drops.ts';
import { createRequestRate } from '../net/request-rate.ts';
import type { TftpCount } from './counts.ts';
import { describeEnd, missingFile, type TftpFact } from './facts.ts';
import { createGate, type Verdict } from './gate.ts';
import { TFTP_LIMITS, type TftpLimits } from './limits.ts';
import type { TftpFiles } from './names.ts';
import { negotiate } from './negotiate.ts';
import { countFailures, ephemeralPorts, requestPort } from './outlet.ts';
import { encodeTftp, isRequest } from './packet.ts';
import { createSessionTable } from './session-table.ts';
import { type Session, startSession } from './transfer-session.ts';

/** How often due transfers are looked for while there are any. */
const TICK_MS = 200;

/** A Raspberry Pi asks for dozens of files that are not there: the first ones say it all. */
const MISSING_TOLD = { burst: 8, perSecond: 0.1, maxAddresses: 10_000 };
/** IPv4, UDP and TFTP DATA headers. */
const HEADER_BYTES = 20 + 8 + 4;
/** Sent in one turn of the event loop if all clients answer at once: a few milliseconds, which DHCP can wait. */
const BLOCKS_A_TURN = 1024;
/** What EDK2 asks for; granted to any crowd. */
const LEAST_WINDOW = 4;
/** What RFC 1350 asks of every network. */
const SMALLEST_LIMIT = 512;

export type TftpServerOptions = {
  /** Our own address on the network; answers leave from it. */
  readonly address: Ipv4;
  /** Takes requests from this interface only; null or absent from any. */
  readonly interface?: string | null;
  /** 69 unless told; 0 lets the system choose. */
  readonly port?: number;
  /** The files by lower-case name: a Map, or any look-up in memory (`TftpFiles`). */
  readonly files: TftpFiles;
  /** Addresses that are answered; absent: all. */
  readonly isClient?: (address: Ipv4) => boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly onFact: (fact: TftpFact) => void;
  readonly counters: Counters<TftpCount>;
  readonly drops?: WatchDrops;
  readonly limits?: Partial<TftpLimits>;
  /** All transfers leave from the request port (see `outlet.ts`). */
  readonly singlePort?: boolean;
  /** MTU of the interface in bytes, asked for each transfer; null or absent: not known. */
  readonly mtu?: () => number | null;
};

export type TftpServer = {
  readonly port: number;
  /** Downloads under way. */
  activeTransfers(): number;
  stop(): Promise<void>;
};

export const TFTP_PORT = 69;

/**
 * Starts to listen.
 * @throws IngotError `environment` when the address or port cannot be had.
 */
export async function startTftpServer(options: TftpServerOptions): Promise<TftpServer> {
  const { address, clock, counters, onFact } = options;
  const limits = { ...TFTP_LIMITS, ...options.limits };
  const log = options.log.child({ component: 'tftp', address });
  const sessions = createSessionTable(clock.elapsed);
  const socket = await openBoundSocket({
    interface: options.interface ?? null,
    address,
    port: options.port ?? TFTP_PORT,
    drops: options.drops,
  });
  const { port } = socket.address();
  const singlePort = options.singlePort ?? false;
  const outlets = singlePort
    ? requestPort(socket, counters)
    : ephemeralPorts({
        address,
        counters,
        elapsed: clock.elapsed,
        knows: sessions.knows,
        drops: options.drops,
      });
  const gate = createGate({ ...options, limits, listeningPort: port, sessions, singlePort });
  const missingTold = createRequestRate(MISSING_TOLD);
  const stopping = new AbortController();
  let ticking = false;

  const tickWhileBusy = async (): Promise<void> => {
    if (ticking) return;
    ticking = true;
    while (sessions.size() > 0 && !stopping.signal.aborted) {
      await clock.sleep(TICK_MS, stopping.signal).catch(() => undefined);
      sessions.tick(clock.elapsed());
    }
    ticking = false;
  };

  const serve = (verdict: Extract<Verdict, { readonly kind: 'serve' }>): void => {
    const { peer, file, content } = verdict;
    const startedAt = clock.elapsed();
    const about = { mac: null, address: peer.address, file, bytes: content.length } as const;
    onFact({ ...about, kind: 'tftp.request', at: clock.now(), sentence: `asks for ${file} by TFTP` });
    if (sessions.replace(peer)) counters.count('stopped');
    const session: Session = startSession({
      client: peer,
      content,
      negotiated: negotiate(verdict.options, {
        fileSize: content.length,
        limits: {
          maxBlockSize: largestBlock(limits.maxBlockSize, options.mtu?.() ?? null),
          maxWindowSize: largestWindow(limits.maxWindowSize, sessions.size() + 1),
        },
      }),
      openOutlet: outlets.open,
      isAlone: () => sessions.size() === 1,
      elapsed: clock.elapsed,
      maxTransferMs: limits.maxTransferMs,
      counters,
      onEnd: (end, bytesAcked) => {
        sessions.ended(peer, session);
        counters.count(end.kind);
        const ms = clock.elapsed() - startedAt;
        log.debug({ client: peer.address, file, end: end.kind, bytes: bytesAcked, ms }, 'transfer ended');
        const told = describeEnd({ end, file, bytes: content.length, bytesAcked, ms });
        if (told !== null) onFact({ ...about, ...told, at: clock.now() });
      },
    });
    sessions.add(peer, verdict.request, session);
    void tickWhileBusy();
  };

  const onSent = countFailures(counters);
  const refuse = (verdict: Extract<Verdict, { readonly kind: 'refuse' }>, from: RemoteInfo): void => {
    counters.count(verdict.reason);
    const datagram = encodeTftp({ op: 'error', code: verdict.code, message: verdict.message });
    socket.send(datagram, from.port, from.address, onSent);
    if (verdict.missing !== null && missingTold.allows(verdict.missing.address, clock.elapsed()))
      onFact(missingFile(verdict.missing, clock.now()));
  };

  socket.on('message', (datagram, from) => {
    const session = singlePort && !isRequest(datagram) ? sessions.of(from) : null;
    if (session !== null) {
      session.receive(datagram);
      return;
    }
    const verdict = gate(datagram, from);
    if (verdict.kind !== 'drop') counters.count('requests');
    switch (verdict.kind) {
      case 'drop':
        counters.count(verdict.reason);
        log.debug({ from: from.address, port: from.port, reason: verdict.reason }, 'datagram dropped');
        return;
      case 'refuse':
        refuse(verdict, from);
        return;
      case 'serve':
        serve(verdict);
        return;
    }
  });
  socket.on('error', (error) => {
    log.debug({ error: error.message }, 'TFTP socket error');
  });
  log.info({ port }, 'TFTP listening');

  return {
    port,
    activeTransfers: sessions.size,
    stop: async () => {
      stopping.abort(new Error('the TFTP server stops'));
      for (let left = sessions.closeAll(); left > 0; left--) counters.count('stopped');
      outlets.close();
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
}

/** The largest block that needs no IP fragment on this interface: ROMs cannot put fragments together. */
function largestBlock(limit: number, mtu: number | null): number {
  return mtu === null ? limit : Math.min(limit, Math.max(SMALLEST_LIMIT, mtu - HEADER_BYTES));
}

/** The largest window of one among so many transfers. */
function largestWindow(limit: number, transfers: number): number {
  return Math.min(limit, Math.max(LEAST_WINDOW, Math.floor(BLOCKS_A_TURN / transfers)));
}
