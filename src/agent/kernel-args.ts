/** What the daemon told this boot, on the kernel command line (see `AgentKernelArgs` in protocol.ts). */

import { isIPv4 } from 'node:net';
import type { Pinned } from './base/pinned.ts';

export type KernelArgs = {
  /** Base URLs of the daemon or of Ironic, tried in turn; no trailing slash. */
  readonly apiUrls: readonly string[];
  /** Where to post the inventory; empty when no inspection is asked for. */
  readonly inspectionUrls: readonly string[];
  /** MAC of the NIC that booted, lower case with colons. */
  readonly bootMac: string | null;
  /** Accept any TLS certificate of image servers, and of the API where no fingerprint is given. */
  readonly insecure: boolean;
  /**
   * SHA-256 (hex, lower case) of the API's certificate or of the authority that signed it; null: any known authority.
   */
  readonly apiFingerprint: string | null;
  /** Against which the API gives this boot's token; null: it asks for none. */
  readonly ticket: string | null;
  /** Wait for LLDP on every NIC with a link before the inventory is posted, up to 35 s; else some seconds at most. */
  readonly collectLldp: boolean;
  /** IPv4 address of a syslog server for what the agent says; null: the console only. */
  readonly syslogServer: string | null;
};

/** Words of a kernel command line; double quotes keep spaces (Documentation/admin-guide/kernel-parameters.rst). */
export function kernelWords(line: string): ReadonlyMap<string, string> {
  const words = line.match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
  return new Map(
    words.map((word) => {
      const plain = word.replaceAll('"', '');
      const equals = plain.indexOf('=');
      return equals < 0 ? [plain, ''] : [plain.slice(0, equals), plain.slice(equals + 1)];
    }),
  );
}

/** `01-AA-BB-..` (hardware type 1, pxelinux), with or without the type, hyphens or colons, as a MAC; else null. */
export function macOfBootif(bootif: string): string | null {
  const octets = bootif.toLowerCase().split(/[-:]/);
  const mac = octets.length === 7 && octets[0] === '01' ? octets.slice(1) : octets;
  return mac.length === 6 && mac.every((octet) => /^[0-9a-f]{2}$/.test(octet)) ? mac.join(':') : null;
}

function urlList(value: string): readonly string[] {
  return value
    .split(',')
    .map((url) => url.trim().replace(/\/+$/, ''))
    .filter((url) => /^https?:\/\//.test(url) && URL.canParse(url));
}

function addressOrNull(value = ''): string | null {
  return isIPv4(value) ? value : null;
}

function fingerprintOrNull(value = ''): string | null {
  const hex = value.replaceAll(':', '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) ? hex : null;
}

function isTrue(value = ''): boolean {
  return ['1', 'true', 'yes'].includes(value.toLowerCase());
}

function originOf(url: string): string {
  return url.replace(/\/v1\/continue_inspection$/, '');
}

/**
 * Reads the command line. Without `ipa-api-url` the API is where the inspection call-back is: Ironic's script
 * for inspection gives only that.
 */
export function parseKernelArgs(line: string): KernelArgs {
  const words = kernelWords(line);
  const inspectionUrls = urlList(words.get('ipa-inspection-callback-url') ?? '');
  const apiUrls = urlList(words.get('ipa-api-url') ?? '');
  return {
    apiUrls: apiUrls.length > 0 ? apiUrls : inspectionUrls.map(originOf),
    inspectionUrls,
    bootMac: macOfBootif(words.get('BOOTIF') ?? ''),
    insecure: isTrue(words.get('ipa-insecure')),
    apiFingerprint: fingerprintOrNull(words.get('ingot-api-ca')),
    ticket: words.get('ingot-ticket') || null,
    collectLldp: isTrue(words.get('ipa-collect-lldp')),
    syslogServer: addressOrNull(words.get('ingot-syslog')),
  };
}

/** Where only the certificate of that fingerprint will do: at the API, whatever else is accepted elsewhere. */
export function pinnedOf({ apiFingerprint, apiUrls, inspectionUrls }: KernelArgs): Pinned | null {
  if (apiFingerprint === null) return null;
  const origins = [...apiUrls, ...inspectionUrls].map((url) => new URL(url).origin);
  return { fingerprint: apiFingerprint, origins: new Set(origins) };
}
