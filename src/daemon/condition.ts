/** How the daemon's servers are: what `GET /ingot/v1/status` shows, and why a network cannot be served just now. */
import type { Listener } from './listeners/listeners.ts';
import type { PacketService } from './packets/packet-protocol.ts';

/** One server: its name, where it listens, and why it does not. */
export type ServerCondition = PacketService;

export type NamedListener = Omit<ServerCondition, 'problem'> & { readonly listener: Listener };

export type Condition = {
  add(...listeners: readonly NamedListener[]): void;
  servers(): readonly ServerCondition[];
  /** The same as `GET /ingot/v1/status` shows it. */
  view(): readonly Omit<ServerCondition, 'networks'>[];
  /** The first problem of a server on that network, or null. */
  problemOf(network: string): string | null;
  /** Stops the listeners. */
  stop(): Promise<void>;
};

export function createCondition(packetServices: () => readonly PacketService[]): Condition {
  const listeners: NamedListener[] = [];
  const servers = (): readonly ServerCondition[] => [
    ...listeners.map(({ listener, ...named }) => ({ ...named, problem: listener.problem() })),
    ...packetServices(),
  ];
  return {
    add: (...more) => void listeners.push(...more),
    servers,
    view: () => servers().map(({ name, at, problem }) => ({ name, at, problem })),
    problemOf: (network) =>
      servers().find(({ networks, problem }) => networks.includes(network) && problem !== null)?.problem ??
      null,
    stop: async () => {
      await Promise.all(listeners.map(({ listener }) => listener.stop()));
    },
  };
}
