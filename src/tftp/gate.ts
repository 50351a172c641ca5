/** What shall become of a datagram on the request port: dropped with a reason, refused with an ERROR, or served. */
import type { RemoteInfo } from 'node:dgram';
import type { Clock } from '../clock.ts';
import { type Ipv4, parseIpv4 } from '../net/ipv4.ts';
import { createRequestRate } from '../net/request-rate.ts';
import type { TftpDrop, TftpRefusal } from './counts.ts';
import type { TftpLimits } from './limits.ts';
import { findFile, type TftpFiles } from './names.ts';
import { decodeTftp, TFTP_ERROR, type TftpOption } from './packet.ts';
import type { Peer, SessionTable } from './session-table.ts';

export type Verdict =
  | { readonly kind: 'drop'; readonly reason: TftpDrop }
  | {
      readonly kind: 'refuse';
      readonly reason: TftpRefusal;
      readonly code: number;
      readonly message: string;
      readonly missing: { readonly address: Ipv4; readonly requested: string } | null;
    }
  | {
      readonly kind: 'serve';
      readonly peer: Peer;
      /** Name and options as sent: equal for a request that was sent again. */
      readonly request: string;
      readonly file: string;
      readonly content: Uint8Array;
      readonly options: readonly TftpOption[];
    };

export type GateOptions = {
  readonly address: Ipv4;
  readonly listeningPort: number;
  readonly files: TftpFiles;
  readonly isClient?: (address: Ipv4) => boolean;
  readonly limits: TftpLimits;
  readonly clock: Clock;
  readonly sessions: SessionTable;
  /** Transfers share the request port: what comes there and belongs to none of them is answered with error 5. */
  readonly singlePort: boolean;
};

export function createGate(options: GateOptions): (datagram: Uint8Array, from: RemoteInfo) => Verdict {
  const { address, clock, files, isClient, limits, listeningPort, sessions } = options;
  const rate = createRequestRate({
    burst: limits.requestBurst,
    perSecond: limits.requestsPerSecond,
    maxAddresses: limits.maxRememberedAddresses,
  });
  const isOurs = (from: RemoteInfo): boolean =>
    from.address === address && (from.port === listeningPort || sessions.ownsPort(from.port));

  return (datagram, from) => {
    if (from.port === 0) return drop('source_port_0');
    if (isOurs(from)) return drop('own_datagram');
    const client = parseIpv4(from.address);
    if (client === null || isClient?.(client) === false) return drop('not_our_network');
    const decoded = decodeTftp(datagram);
    if (!decoded.ok) return drop(decoded.reason);
    const { packet } = decoded;
    const isStray = options.singlePort && (packet.op === 'ack' || packet.op === 'data');
    if (packet.op !== 'rrq' && packet.op !== 'wrq' && !isStray) return drop('not_a_request');
    if (!rate.allows(client, clock.elapsed())) return drop('rate_limited');
    if (packet.op === 'ack' && sessions.knows(from)) return drop('stale_ack');
    if (packet.op !== 'rrq' && packet.op !== 'wrq') return UNKNOWN_TRANSFER;
    if (packet.op === 'wrq') return WRITE_REFUSED;
    // The mode is not looked at: ROMs want bytes even where they say netascii.
    const found = findFile(files, { requested: packet.file, client });
    if (found === null) return noSuchFile(client, packet.file);
    const peer: Peer = { address: client, port: from.port };
    const request = JSON.stringify([packet.file, packet.options]);
    if (sessions.isRepeat(peer, request)) return drop('duplicate_request');
    if (sessions.size() >= limits.maxTransfers) return drop('server_limit');
    if (sessions.ofClient(client) >= limits.maxTransfersPerClient) return drop('client_limit');
    return {
      kind: 'serve',
      peer,
      request,
      file: found.name,
      content: found.content,
      options: packet.options,
    };
  };
}

const drop = (reason: TftpDrop): Verdict => ({ kind: 'drop', reason });

const WRITE_REFUSED: Verdict = {
  kind: 'refuse',
  reason: 'write_refused',
  code: TFTP_ERROR.accessViolation,
  message: 'this server takes no files',
  missing: null,
};

const UNKNOWN_TRANSFER: Verdict = {
  kind: 'refuse',
  reason: 'stranger',
  code: TFTP_ERROR.unknownTransfer,
  message: 'unknown transfer ID',
  missing: null,
};

const noSuchFile = (address: Ipv4, requested: string): Verdict => ({
  kind: 'refuse',
  reason: 'file_not_found',
  code: TFTP_ERROR.fileNotFound,
  message: 'no such file',
  missing: { address, requested },
});
