/** Counts what the kernel dropped before the packet thread could read it, and tells of it. */
import type { Clock } from '../../clock.ts';
import type { DhcpNotice } from '../../dhcp/notice.ts';
import type { Counters } from '../../net/counters.ts';
import { createDropWatch, type WatchDrops } from '../../net/kernel-drops.ts';
import { RepeatLimit } from '../../net/repeat-limit.ts';

const QUIET_MS = 60_000;
const MOST_SERVERS = 1_000;

type Parts = {
  readonly clock: Pick<Clock, 'elapsed' | 'sleep'>;
  readonly onNotice: (notice: DhcpNotice) => void;
};

type Server = {
  /** Such as `DHCP`. */
  readonly name: string;
  readonly networks: readonly string[];
  readonly counters: Pick<Counters<'dropped_by_kernel'>, 'count'>;
};

/** For each server's sockets; a notice a minute at most. */
export function createDropTeller({ clock, onNotice }: Parts): (server: Server) => WatchDrops {
  const limit = new RepeatLimit({ quietMs: QUIET_MS, mostKeys: MOST_SERVERS });
  return ({ name, networks, counters }) => {
    const network = networks.join(', ');
    let untold = 0;
    return createDropWatch(clock, (datagrams) => {
      counters.count('dropped_by_kernel', datagrams);
      untold += datagrams;
      if (!limit.allows(`${name} ${network}`, clock.elapsed())) return;
      onNotice(noticeOf(name, network, untold));
      untold = 0;
    });
  };
}

function noticeOf(server: string, network: string, datagrams: number): DhcpNotice {
  return {
    kind: 'network.datagrams_dropped',
    severity: 'warning',
    network,
    sentence:
      `The kernel dropped ${datagrams} datagrams to ${server} on ${network} before ingot could read them: more came than their ` +
      'buffer holds, or their checksums were wrong. Clients ask again. See whether this machine is overloaded or somebody ' +
      'floods it; ingot preflight says whether the buffer is as large as it should be (systemd/ingot.sysctl).',
    data: { server, network, datagrams },
  };
}
