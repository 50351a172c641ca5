/** Load and latency by perfdhcp, the Kea project's own measuring client, which acts as a relay for its clients. */
import { once } from 'node:events';
import { AT_ONCE, CLIENT, type Field, SERVER } from './field.ts';

export type DhcpLoad = {
  /** Four-way exchanges begun a second. */
  readonly rate: number;
  readonly seconds: number;
  readonly clients: number;
  /** Times every answer, which costs perfdhcp something at high rates. */
  readonly timed?: boolean;
};

export type DhcpResult = {
  /** Four-way exchanges completed a second. */
  readonly rate: number;
  /** Share (0 to 1) of DISCOVER and REQUEST that stayed without an answer, the worse of the two. */
  readonly lost: number;
  /** Milliseconds from DISCOVER to OFFER and from REQUEST to ACK; empty when not timed. */
  readonly offers: readonly number[];
  readonly acks: readonly number[];
};

/** After the last question, microseconds in which answers still count. */
const EXIT_WAIT_US = 500_000;

export async function loadDhcp({ wire }: Field, load: DhcpLoad): Promise<DhcpResult> {
  const { rate, seconds, clients, timed = false } = load;
  const child = wire.start(
    ...(['client', ...AT_ONCE, 'perfdhcp', '-4', '-l', CLIENT.interface] as const),
    ...['-R', String(clients), '-r', String(rate), '-p', String(seconds)],
    ...['-W', String(EXIT_WAIT_US), ...(timed ? ['-x', 't'] : []), SERVER.address],
  );
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(child, 'close');
  return readReport(said, seconds);
}

/** @throws Error with what perfdhcp said when that is no report */
export function readReport(said: string, seconds: number): DhcpResult {
  const numbers = (pattern: RegExp): readonly number[] =>
    [...said.matchAll(pattern)].map(([, number]) => Number(number));
  // First DISCOVER and OFFER, then REQUEST and ACK. Its own rate counts the wait for late answers as time of load.
  const [, acknowledged] = numbers(/^received packets: (\d+)$/gm);
  const lost = numbers(/^drops ratio: (\S+) %$/gm);
  if (acknowledged === undefined || lost.length < 2)
    throw new Error(`perfdhcp failed: ${said.slice(0, 2000)}`);
  const [, offers = '', acks = ''] = said.split('***Timestamps for packets:');
  return {
    rate: acknowledged / seconds,
    lost: Math.max(...lost.map((percent) => (Number.isNaN(percent) ? 1 : percent / 100))),
    offers: latencies(offers),
    acks: latencies(acks),
  };
}

function latencies(timers: string): readonly number[] {
  const pairs = timers.matchAll(/^sent \/ received: ([\d.]+) \/ ([\d.]+)$/gm);
  return [...pairs].map(([, sent, received]) => (Number(received) - Number(sent)) * 1000);
}
