/** The certificate of the API's listener, and its renewal without a restart. */
import { stat } from 'node:fs/promises';
import type { Config } from '../../config/schema.ts';
import { asIngotError } from '../../errors.ts';
import type { Pem } from '../../pki/openssl.ts';
import { markOf } from '../file-mark.ts';
import { endOf, readCertificatePair } from './certificate-pair.ts';
import type { Listener } from './listeners.ts';

/** Between two looks whether the files have changed. */
const LOOK_MS = 10_000;

type Options = {
  readonly files: NonNullable<Config['api']['tls']>;
  readonly listener: Listener;
  readonly onProblem: (sentence: string) => void;
  readonly onSolved: (sentence: string) => void;
  readonly lookMs?: number;
};

export type TlsRenewal = {
  /** Takes the files as they are now; those that cannot be used are told, and the earlier ones serve on. */
  renew(): Promise<void>;
  /** Why the earlier certificate is kept, while it is. */
  problem(): string | null;
  stop(): void;
};

export function loadApiCertificate(files: Options['files']): Promise<Pem> {
  return readCertificatePair('api.tls', files);
}

export function keepApiCertificate(options: Options): TlsRenewal {
  const { files, listener, onProblem, onSolved, lookMs = LOOK_MS } = options;
  let seen: string | null = null;
  let problem: string | null = null;
  const renew = async (): Promise<void> => {
    try {
      const pair = await loadApiCertificate(files);
      listener.useCertificate(pair);
      problem = null;
      onSolved(`The API has a certificate that is good until ${new Date(endOf(pair)).toISOString()}.`);
    } catch (thrown) {
      const { hint, message } = asIngotError(thrown, 'renewing the certificate of the API');
      const sentence = `The API keeps its earlier certificate. ${message}. ${hint}`;
      if (sentence !== problem) onProblem(sentence);
      problem = sentence;
    }
  };
  const look = async (): Promise<void> => {
    const mark = (await Promise.all([files.certificate, files.key].map(markAt))).join(' ');
    const changed = seen !== null && mark !== seen;
    seen = mark;
    if (changed) await renew();
  };
  let looking = look();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, lookMs);
  timer.unref();
  return { renew, problem: () => problem, stop: () => clearInterval(timer) };
}

async function markAt(path: string): Promise<string> {
  const facts = await stat(path, { bigint: true }).catch(() => null);
  return facts === null ? 'missing' : markOf(facts);
}
