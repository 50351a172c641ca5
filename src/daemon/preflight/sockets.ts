/** Who listens on this machine, as `ss` of iproute2 tells it. */
import { run } from '../../lab/run.ts';
import { programOf } from './program-name.ts';

export type OpenSocket = {
  readonly protocol: 'udp' | 'tcp';
  /** Null: every address. */
  readonly address: string | null;
  /** The interface that it is bound to; null: every one. */
  readonly device: string | null;
  readonly port: number;
  /** Null where we may not look (another user's process). */
  readonly holder: { readonly name: string; readonly pid: number } | null;
};

/** netid, state, two queues, local address:port, peer, and `users:(("name",pid=1,fd=3),…)`; see ss(8). */
const LINE = /^(udp|tcp)\s+\S+\s+\d+\s+\d+\s+(\S+):(\d+)\s+\S+(.*)$/;
const USER = /\("([^"]*)",pid=(\d+)/g;
const EVERY_ADDRESS: ReadonlySet<string> = new Set(['*', '0.0.0.0', '[::]']);

/** Pure; lines that are no socket are skipped. */
export function parseSockets(text: string): readonly OpenSocket[] {
  return text.split('\n').flatMap((line): readonly OpenSocket[] => {
    const [, protocol, local = '', port, users = ''] = LINE.exec(line) ?? [];
    if (protocol !== 'udp' && protocol !== 'tcp') return [];
    const [address = '', device = null] = local.split('%');
    return [
      {
        protocol,
        address: EVERY_ADDRESS.has(address) ? null : address,
        device,
        port: Number(port),
        holder: holderIn(users),
      },
    ];
  });
}

/** Who works with it: systemd keeps those that it has passed on. */
function holderIn(users: string): OpenSocket['holder'] {
  const all = [...users.matchAll(USER)].map(([, name = '', pid]) => ({ name, pid: Number(pid) }));
  return all.find(({ pid }) => pid !== 1) ?? all[0] ?? null;
}

/** Whether the kernel lets nobody have `wanted` for himself while `socket` is open. Pure. */
export function inTheWay(wanted: Omit<OpenSocket, 'holder'>, socket: OpenSocket): boolean {
  const overlap = (one: string | null, other: string | null): boolean =>
    one === null || other === null || one === other;
  return (
    socket.protocol === wanted.protocol &&
    socket.port === wanted.port &&
    overlap(socket.address, wanted.address) &&
    overlap(socket.device, wanted.device)
  );
}

/** What PID 1 is called: `/sbin/init` is a link to systemd. */
const SYSTEMD: ReadonlySet<string> = new Set(['systemd', 'init']);

/** systemd holds the DHCP socket of `ingot.socket` until the daemon takes it. Pure. */
export function isOurs({ holder }: OpenSocket, ownPid: number | null): boolean {
  return holder !== null && (holder.pid === ownPid || (holder.pid === 1 && SYSTEMD.has(holder.name)));
}

/** `dnsmasq (812)`. Pure. */
export function formatHolder({ holder }: OpenSocket): string {
  return holder === null ? 'another process' : `${holder.name} (${holder.pid})`;
}

/** With the names of programs, where `ss` has those of threads. @throws IngotError `missing_program` */
export async function openSockets(): Promise<readonly OpenSocket[]> {
  const { stdout } = await run({ argv: ['ss', '-H', '-l', '-n', '-t', '-u', '-p'], timeout_ms: 10_000 });
  return await Promise.all(
    parseSockets(stdout).map(async ({ holder, ...socket }) => {
      if (holder === null) return { ...socket, holder };
      return { ...socket, holder: { ...holder, name: (await programOf(holder.pid)) ?? holder.name } };
    }),
  );
}
