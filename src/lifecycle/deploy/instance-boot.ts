/**
 * What a machine boots whose system comes from the network (`deploy_interface: ramdisk`), out of `instance_info`. Pure.
 */
import type { InstanceBoot } from '../../boot/decision.ts';
import type { Json, JsonObject } from '../../json.ts';
import { holdsSecret, isSecretKey } from '../../secret-words.ts';

type Unusable = { readonly problem: string; readonly fields: string };

/** iPXE takes these words of a line as its own (ipxe/core/exec.c). */
const IPXE_WORDS: ReadonlySet<string> = new Set(['||', '&&', ';']);

/** `boot_iso`, or `kernel` with `ramdisk` and perhaps `kernel_append_params`; else what is wrong with them. */
export function readInstanceBoot(info: JsonObject): InstanceBoot | Unusable {
  const boot = bootNamedBy(info);
  const field = 'problem' in boot ? null : secretField(boot);
  if (field === null) return boot;
  const problem = `${field} holds a secret, which anybody on the PXE network could read in the machine’s boot script`;
  return { problem, fields: `${field} without a login, token or signature` };
}

/** The field with what ingot would mask elsewhere: scripts travel by plain HTTP, to whoever asks. */
function secretField(boot: InstanceBoot): string | null {
  const isSecretUrl = (url: string): boolean => holdsSecret({ url }, () => false);
  if (boot.kind === 'iso') return isSecretUrl(boot.url) ? 'boot_iso' : null;
  if (isSecretUrl(boot.kernel)) return 'kernel';
  if (isSecretUrl(boot.ramdisk)) return 'ramdisk';
  return boot.words.some(isSecretWord) ? 'kernel_append_params' : null;
}

function isSecretWord(word: string): boolean {
  const at = word.indexOf('=');
  return at > 0 && holdsSecret({ [word.slice(0, at)]: word.slice(at + 1) }, isSecretKey);
}

function bootNamedBy(info: JsonObject): InstanceBoot | Unusable {
  const { boot_iso: iso = null, kernel = null, ramdisk = null, kernel_append_params: more = null } = info;
  const source = info.image_source ?? null;
  if (source !== null && iso !== null) {
    const problem = 'image_source and boot_iso may not be specified at the same time';
    return { problem, fields: 'only one of the two' };
  }
  if (iso !== null) {
    if (kernel !== null || ramdisk !== null)
      return {
        problem: 'boot_iso stands beside kernel or ramdisk',
        fields: 'only boot_iso, or kernel and ramdisk',
      };
    return isBootUrl(iso) ? { kind: 'iso', url: iso } : noUrl('boot_iso');
  }
  if (kernel === null || ramdisk === null)
    return {
      problem: 'there is nothing to boot from the network',
      fields: 'kernel and ramdisk, or boot_iso',
    };
  if (!isBootUrl(kernel)) return noUrl('kernel');
  if (!isBootUrl(ramdisk)) return noUrl('ramdisk');
  const words = kernelWords(more);
  return words === null
    ? {
        problem: 'kernel_append_params is no line of words that iPXE can pass on',
        fields: 'kernel_append_params',
      }
    : { kind: 'kernel', kernel, ramdisk, words };
}

function noUrl(field: string): Unusable {
  return {
    problem: `${field} must be an http:// or https:// URL that the machine reaches from the PXE network`,
    fields: field,
  };
}

/** One word that iPXE reads as it stands: `${` would be one of its settings. */
function isBootUrl(value: Json): value is string {
  return (
    typeof value === 'string' &&
    value.length <= 1_000 &&
    /^https?:\/\/[!-~]+$/.test(value) &&
    URL.canParse(value) &&
    !value.includes('${')
  );
}

function kernelWords(value: Json): readonly string[] | null {
  if (value === null) return [];
  if (typeof value !== 'string' || value.length > 2_000 || !/^[ -~]*$/.test(value) || value.includes('${'))
    return null;
  const words = value.split(' ').filter((word) => word !== '');
  return words.some((word) => IPXE_WORDS.has(word) || word.startsWith('#')) ? null : words;
}
