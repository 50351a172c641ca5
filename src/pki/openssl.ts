/** The words that make certificates with Debian's openssl 3. Pure; openssl makes key files with mode 0600. */

export type KeyKind = 'ec' | 'rsa';

const KEYS: { readonly [kind in KeyKind]: readonly string[] } = {
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
  /** What every TLS client of firmware and iPXE takes. */
  rsa: ['-newkey', 'rsa:2048', '-nodes'],
};

export type Pem = { readonly key: string; readonly certificate: string };

/** A certificate authority. `files` are paths to write to. */
export function authorityArgv(authority: {
  readonly kind: KeyKind;
  readonly name: string;
  readonly days: number;
  readonly files: Pem;
}): readonly string[] {
  const { days, files, kind, name } = authority;
  const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
  return ['openssl', 'req', '-x509', ...KEYS[kind], ...output(files), ...dated(days, name), ...usage];
}

/** A server's certificate for addresses, signed by the authority. `req -x509 -CA` needs OpenSSL 3. */
export function serverArgv(server: {
  readonly kind: KeyKind;
  readonly name: string;
  readonly days: number;
  /** IPv4 addresses. */
  readonly addresses: readonly string[];
  readonly authority: Pem;
  readonly files: Pem;
}): readonly string[] {
  const { addresses, authority, days, files, kind, name } = server;
  const signer = ['-CA', authority.certificate, '-CAkey', authority.key];
  const extensions = [
    `subjectAltName=${addresses.map((address) => `IP:${address}`).join(',')}`,
    'basicConstraints=critical,CA:FALSE',
    // RSA key exchange, which old iPXE builds know alone, needs keyEncipherment.
    `keyUsage=critical,digitalSignature${kind === 'rsa' ? ',keyEncipherment' : ''}`,
    'extendedKeyUsage=serverAuth',
  ].flatMap((extension) => ['-addext', extension]);
  return [
    'openssl',
    'req',
    '-x509',
    ...KEYS[kind],
    ...signer,
    ...output(files),
    ...dated(days, name),
    ...extensions,
  ];
}

const output = ({ key, certificate }: Pem): readonly string[] => ['-keyout', key, '-out', certificate];
const dated = (days: number, name: string): readonly string[] => [
  '-days',
  String(days),
  '-subj',
  `/CN=${name}`,
];
