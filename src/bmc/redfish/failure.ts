/** From an error of the HTTP client to what it means: may it be tried again, and was anything sent? */
import { type ErrorCode, IngotError } from '../../errors.ts';

/** A request that got no answer. */
export type TransportFailure = {
  /** False: the request cannot have reached the BMC's Redfish service, so sending it again is always safe. */
  readonly maybeSent: boolean;
  /** Whether waiting and trying again can help. */
  readonly transient: boolean;
  readonly error: IngotError;
};

type Kind = {
  readonly code: ErrorCode;
  readonly maybeSent: boolean;
  readonly transient: boolean;
  /** After "BMC ADDRESS ". */
  readonly says: string;
  readonly hint: string;
};

const ROUTING_HINT =
  'Check driver_info/redfish_address, that the BMC has power, and that this machine has a route to the ' +
  'out-of-band network (ping the BMC from here; look at the router and its firewall).';
const TRUST_HINT =
  'Set driver_info/redfish_verify_ca to the path of the CA certificate that signed it (or of the certificate ' +
  'itself), or to false to do without the check on this node.';

const unreachable = (says: string): Kind => ({
  code: 'bmc_unreachable',
  maybeSent: false,
  transient: true,
  says,
  hint: ROUTING_HINT,
});
const broken = (says: string): Kind => ({ ...unreachable(says), maybeSent: true });
const untrusted = (says: string, hint = TRUST_HINT): Kind => ({
  code: 'bmc_tls',
  maybeSent: false,
  transient: false,
  says,
  hint,
});
const garbled = (says: string): Kind => ({
  code: 'bmc_bad_answer',
  maybeSent: true,
  transient: true,
  says,
  hint: 'Check that driver_info/redfish_address names the BMC itself; a restart of the BMC may help.',
});

/** Error codes of Node's sockets and TLS (`ERR_*`, OpenSSL's X509_V_ERR names) and of undici (`UND_ERR_*`). */
const KINDS: { readonly [code: string]: Kind } = {
  ECONNREFUSED: unreachable('refuses the connection'),
  EHOSTUNREACH: unreachable('cannot be reached: no route to the host'),
  ENETUNREACH: unreachable('cannot be reached: no route to its network'),
  EHOSTDOWN: unreachable('cannot be reached: the host is down'),
  ETIMEDOUT: unreachable('does not answer: the connection timed out'),
  ENOTFOUND: unreachable('cannot be reached: its name is unknown to DNS'),
  EAI_AGAIN: unreachable('cannot be reached: DNS does not answer'),
  UND_ERR_CONNECT_TIMEOUT: unreachable('does not answer: the connection timed out'),
  UND_ERR_HEADERS_TIMEOUT: broken('took the request but did not answer in time'),
  UND_ERR_BODY_TIMEOUT: broken('stopped in the middle of its answer'),
  UND_ERR_ABORTED: broken('did not finish its answer in time'),
  ABORT_ERR: broken('did not finish its answer in time'),
  UND_ERR_SOCKET: broken('closed the connection before it answered'),
  ECONNRESET: broken('reset the connection before it answered'),
  EPIPE: broken('closed the connection before it answered'),
  UND_ERR_RES_EXCEEDED_MAX_SIZE: { ...garbled('sent an answer of more than 16 MiB'), transient: false },
  UND_ERR_HEADERS_OVERFLOW: { ...garbled('sent headers of more than 64 KiB'), transient: false },
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted('has a self-signed certificate, which is not trusted'),
  SELF_SIGNED_CERT_IN_CHAIN: untrusted('has a certificate of an unknown CA, which is not trusted'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted('has a certificate of an unknown CA, which is not trusted'),
  UNABLE_TO_GET_ISSUER_CERT: untrusted('has a certificate of an unknown CA, which is not trusted'),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted('has a certificate of an unknown CA, which is not trusted'),
  CERT_HAS_EXPIRED: untrusted(
    'has a certificate that has expired',
    "Renew the BMC's certificate (and check the clock of this machine), or set driver_info/redfish_verify_ca to false.",
  ),
  CERT_NOT_YET_VALID: untrusted(
    'has a certificate that is not valid yet',
    'Check the clocks of the BMC and of this machine, or set driver_info/redfish_verify_ca to false.',
  ),
  ERR_TLS_CERT_ALTNAME_INVALID: untrusted(
    'has a certificate for another name',
    'Write the name that the certificate carries into driver_info/redfish_address, give the BMC a certificate ' +
      'for its address, or set driver_info/redfish_verify_ca to false.',
  ),
  ERR_SSL_WRONG_VERSION_NUMBER: untrusted(
    'does not speak TLS on that port',
    'If the BMC offers plain HTTP only, write http:// in driver_info/redfish_address; else check the port.',
  ),
  ERR_SSL_PACKET_LENGTH_TOO_LONG: untrusted(
    'does not speak TLS on that port',
    'If the BMC offers plain HTTP only, write http:// in driver_info/redfish_address; else check the port.',
  ),
};

const TLS_HINT =
  "The BMC's TLS may be too old for this machine; update its firmware or change its TLS settings.";

/** `address` is the BMC's, as the operator wrote it. The error's message never holds request headers or bodies. */
export function classifyTransportError(address: string, thrown: unknown): TransportFailure {
  if (thrown instanceof IngotError) return { maybeSent: false, transient: false, error: thrown };
  const code = codeOf(thrown);
  const kind = KINDS[code] ?? kindByPrefix(code);
  const detail = KINDS[code] === undefined && code !== '' ? ` (${code})` : '';
  return {
    maybeSent: kind.maybeSent,
    transient: kind.transient,
    error: new IngotError(kind.code, `BMC ${address} ${kind.says}${detail}`, { hint: kind.hint }),
  };
}

function kindByPrefix(code: string): Kind {
  if (code.startsWith('HPE_')) return garbled('sent something that is not HTTP');
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO')
    return untrusted('and this machine do not agree on a TLS connection', TLS_HINT);
  if (/CERT|CRL|ISSUER|CA_|_CA|SIGNATURE/.test(code))
    return untrusted('has a certificate that is not trusted');
  return broken('failed to answer');
}

/** The code of an error, or of the first error inside an `AggregateError` or a cause. */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return '';
  if (thrown.name === 'TimeoutError') return 'ABORT_ERR';
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code;
  if (thrown instanceof AggregateError) return codeOf(thrown.errors[0]);
  return thrown.cause === undefined ? '' : codeOf(thrown.cause);
}
