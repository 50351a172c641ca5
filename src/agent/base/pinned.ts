/**
 * TLS to a server of which only a fingerprint is known: that of its certificate, or of the authority that signed it and
 * is sent along. Dates are of no matter, for a machine whose clock lost its battery has to talk all the same.
 */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';

export type Pinned = {
  /** SHA-256, hex, lower case. */
  readonly fingerprint: string;
  /** Such as `https://10.20.0.1:6183`: it counts there. */
  readonly origins: ReadonlySet<string>;
};

/** The most certificates that are followed from a server's own to its authority. */
const LONGEST_CHAIN = 5;

type Done = (error: Error | null, socket?: TLSSocket) => void;

/**
 * Hands over the socket when the server has shown that certificate, so that no byte of a request leaves before.
 * `timeoutMs`: for the connection and the handshake.
 */
export function connectPinned(
  url: URL,
  { fingerprint, timeoutMs }: { readonly fingerprint: string; readonly timeoutMs: number },
  done: Done,
): void {
  const port = url.port === '' ? 443 : Number(url.port);
  const socket = connect({ host: url.hostname, port, rejectUnauthorized: false });
  const fail = (error: Error): void => {
    socket.destroy();
    done(error);
  };
  socket.setTimeout(timeoutMs, () => fail(new Error(`${url.host} did not shake hands`)));
  socket.once('error', fail);
  socket.once('secureConnect', () => {
    socket.off('error', fail);
    socket.setTimeout(0);
    socket.removeAllListeners('timeout');
    if (isOf(fingerprint, { chain: chainOf(socket), host: url.hostname })) return done(null, socket);
    fail(
      new Error(
        `${url.host} is not the server that this machine was booted by: its certificate is not of the authority in ingot-api-ca`,
      ),
    );
  });
}

/** The server's own first. */
function chainOf(socket: TLSSocket): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next: ReturnType<TLSSocket['getPeerCertificate']> | undefined = socket.getPeerCertificate(true);
  while (next?.raw !== undefined && chain.length < LONGEST_CHAIN) {
    const certificate = new X509Certificate(next.raw);
    if (chain.at(-1)?.fingerprint256 === certificate.fingerprint256) break;
    chain.push(certificate);
    next = 'issuerCertificate' in next ? next.issuerCertificate : undefined;
  }
  return chain;
}

/**
 * Whether it is the server's own certificate, or one that signed it, by each link of the chain, for that host. Pure;
 * that the server holds the key to its own certificate is proved by the handshake.
 */
function isOf(
  fingerprint: string,
  { chain, host }: { readonly chain: readonly X509Certificate[]; readonly host: string },
): boolean {
  const matches = (one: X509Certificate): boolean =>
    one.fingerprint256.replaceAll(':', '').toLowerCase() === fingerprint;
  const [own, ...signers] = chain;
  if (own === undefined) return false;
  if (matches(own)) return true;
  const name = isIP(host) === 0 ? own.checkHost(host) : own.checkIP(host);
  if (name === undefined) return false;
  let signed = own;
  for (const signer of signers) {
    if (!signer.ca || !signed.checkIssued(signer) || !signed.verify(signer.publicKey)) return false;
    if (matches(signer)) return true;
    signed = signer;
  }
  return false;
}
