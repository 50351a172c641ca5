/** The main thread's end of the packet thread: starts it, hands it the boot table, takes its facts. */
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { ImportVerdict, LeaseImport, LeaseView, PacketView } from '../../api/deps.ts';
import type { BootEntry } from '../../boot/decision.ts';
import type { DhcpNotice } from '../../dhcp/notice.ts';
import { IngotError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { AddressHolder } from '../../net/address-holder.ts';
import type { Ipv4 } from '../../net/ipv4.ts';
import type { Mac } from '../../net/mac.ts';
import type { SharedFiles } from '../share-ramdisk.ts';
import { createAwaitedAnswers } from './awaited-answers.ts';
import type {
  Fact,
  FromPacketThread,
  PacketService,
  PacketThreadOptions,
  ReservedMac,
  ToPacketThread,
} from './packet-protocol.ts';

/** A packet's garbage is short-lived and plenty; what the heap does not need it gives back when it is quiet. */
const SEMI_SPACE_MB = 16;
const ANSWER_MS = 10_000;
/** Until its first word: it loads its modules and reads every lease. systemd gives the daemon 90 s to start. */
const START_MS = 60_000;
/** A thread that does not stop by then is ended: what it has acknowledged is on disk. */
const STOP_MS = 1_000;

export type PacketHost = {
  /** Resolves when DHCP and TFTP answer by these entries. */
  publish(entries: readonly BootEntry[], removed: readonly Mac[]): Promise<void>;
  /** As `publish`, of the reservations of MACs. */
  publishReservations(entries: readonly ReservedMac[], removed: readonly Mac[]): Promise<void>;
  /** Gives TFTP files to serve; in force before whatever is published afterwards. */
  shareFiles(files: SharedFiles): void;
  /** The boot loader of that machine, loaded by HTTP, has asked what to boot. */
  bootLoaderArrived(mac: Mac): void;
  report(): Promise<PacketView>;
  /** Every lease on record, offer and quarantined address. */
  leases(): Promise<readonly LeaseView[]>;
  /** The machine that DHCP gave the address to. */
  holderOf(address: Ipv4): Promise<AddressHolder>;
  /** One verdict a lease, in their order; what was taken is on disk. */
  importLeases(order: LeaseImport): Promise<readonly ImportVerdict[]>;
  /**
   * Resolves when the thread has taken a turn, and the lease keeper the write at hand; rejects with `busy` when it does
   * not within ten seconds.
   */
  ping(): Promise<void>;
  /** What serves, and what does not yet. */
  services(): readonly PacketService[];
  stop(): Promise<void>;
};

type Deps = {
  readonly options: PacketThreadOptions;
  readonly log: Log;
  readonly onFacts: (facts: readonly Fact[]) => void;
  readonly onNotice: (notice: DhcpNotice) => void;
  readonly onProblem: (sentence: string) => void;
  readonly onSolved: (sentence: string) => void;
  /** The thread died: nothing is answered any more, so the daemon must end and be started again. */
  readonly onDeath: (error: Error) => void;
};

export function startPacketHost(deps: Deps): PacketHost {
  // The process's own limit (bin/ingot) would count more than `resourceLimits`; the main thread's heap keeps to it.
  setFlagsFromString(`--max-semi-space-size=${SEMI_SPACE_MB}`);
  const worker = new Worker(new URL('../../packet-thread.ts', import.meta.url), {
    workerData: deps.options,
    name: 'packets',
  });
  const answers = createAwaitedAnswers<FromPacketThread>();
  const services = new Map<string, PacketService>();
  /** What came so far of each list that is awaited. */
  const listings = new Map<number, LeaseView[]>();
  let sequence = 0;
  let started = false;
  let stopping = false;

  const fail = (error: Error): void => {
    answers.fail(error);
    if (!stopping) deps.onDeath(error);
  };
  worker.on('error', (error: Error) => fail(error));
  worker.on('exit', (code) => fail(new Error(`the packet thread ended with code ${code}`)));
  worker.on('message', (message: FromPacketThread) => {
    started = true;
    switch (message.type) {
      case 'facts':
        deps.onFacts(message.facts);
        return;
      case 'notice':
        deps.onNotice(message.notice);
        return;
      case 'service':
        takeService(message.service);
        return;
      case 'applied':
        answers.settle(`applied:${message.version}`, message);
        return;
      case 'report':
        answers.settle(`report:${message.request}`, message);
        return;
      case 'leases':
        listings.get(message.request)?.push(...message.leases);
        if (message.last) answers.settle(`leases:${message.request}`, message);
        return;
      case 'holder':
        answers.settle(`holder:${message.request}`, message);
        return;
      case 'imported':
        answers.settle(`imported:${message.request}`, message);
        return;
      case 'pong':
        answers.settle(`ping:${message.request}`, message);
        return;
      case 'stopped':
        answers.settle('stop', message);
        return;
    }
  });

  const takeService = (service: PacketService): void => {
    const before = services.get(service.name)?.problem ?? null;
    services.set(service.name, service);
    if (service.problem !== null) deps.onProblem(service.problem);
    else if (before !== null) deps.onSolved(`${service.name} serves again at ${service.at}.`);
  };

  const ask = (
    key: string,
    message: ToPacketThread,
    withinMs = started ? ANSWER_MS : START_MS,
  ): Promise<FromPacketThread> =>
    answers.ask(key, {
      send: () => worker.postMessage(message),
      withinMs,
      late: () => (started ? unanswered(message.type, withinMs) : notStarted(withinMs)),
    });

  return {
    publish: async (entries, removed) => {
      const version = ++sequence;
      await ask(`applied:${version}`, { type: 'boot', version, entries, removed });
    },
    publishReservations: async (entries, removed) => {
      const version = ++sequence;
      await ask(`applied:${version}`, { type: 'reservations', version, entries, removed });
    },
    shareFiles: (files) => worker.postMessage({ type: 'files', files } satisfies ToPacketThread),
    bootLoaderArrived: (mac) => worker.postMessage({ type: 'arrived', mac } satisfies ToPacketThread),
    report: async () => {
      const request = ++sequence;
      const answer = await ask(`report:${request}`, { type: 'report', request });
      return answer.type === 'report' ? answer.report : { networks: [], other_servers: [], counters: {} };
    },
    leases: async () => {
      const request = ++sequence;
      const found: LeaseView[] = [];
      listings.set(request, found);
      try {
        await ask(`leases:${request}`, { type: 'leases', request });
      } finally {
        listings.delete(request);
      }
      return found;
    },
    holderOf: async (address) => {
      const request = ++sequence;
      const answer = await ask(`holder:${request}`, { type: 'holder', request, address });
      return answer.type === 'holder' ? answer.holder : { kind: 'nobody' };
    },
    importLeases: async (order) => {
      const request = ++sequence;
      const answer = await ask(`imported:${request}`, { type: 'import', request, order });
      return answer.type === 'imported' ? answer.verdicts : [];
    },
    ping: async () => {
      const request = ++sequence;
      await ask(`ping:${request}`, { type: 'ping', request });
    },
    services: () => [...services.values()],
    stop: async () => {
      stopping = true;
      await ask('stop', { type: 'stop' }, STOP_MS).catch((error: unknown) => {
        deps.log.warn({ error: String(error) }, 'the packet thread was ended by force');
      });
      await worker.terminate();
    },
  };
}

function unanswered(what: ToPacketThread['type'], ms: number): IngotError {
  return new IngotError('busy', `The packet thread did not answer "${what}" within ${ms} ms`, {
    hint: 'Look in the log for what kept it; restart the daemon if DHCP is silent.',
  });
}

function notStarted(ms: number): IngotError {
  return new IngotError('busy', `The packet thread is not up after ${ms / 1000} s: no DHCP, no TFTP`, {
    hint: 'It reads every lease first: see whether this machine is overloaded or its disk slow (top, iostat), and start the daemon again.',
  });
}
