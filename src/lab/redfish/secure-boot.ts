/** The SecureBoot resource of a system (Redfish schema SecureBoot), and its PATCH. Pure. */
import type { SecureBoot } from '../machine/machine.ts';
import { type Answer, refuse } from './answers.ts';

/** The properties beside the names that every resource has. */
export function secureBootBody(state: SecureBoot): Readonly<Record<string, unknown>> {
  return {
    SecureBootEnable: state.enabled,
    SecureBootCurrentBoot: state.current ? 'Enabled' : 'Disabled',
    SecureBootMode: 'UserMode',
  };
}

export type SecureBootPatch =
  | { readonly kind: 'enable'; readonly enabled: boolean }
  | { readonly kind: 'refused'; readonly answer: Answer };

/** @param known names of the properties that a GET shows: those are read-only, others unknown */
export function patchSecureBoot(body: object, known: ReadonlySet<string>): SecureBootPatch {
  const refused = (answer: Answer): SecureBootPatch => ({ kind: 'refused', answer });
  const other = Object.keys(body).find((name) => name !== 'SecureBootEnable');
  if (other !== undefined)
    return refused(refuse(known.has(other) ? 'PropertyNotWritable' : 'PropertyUnknown', [other]));
  const wanted: unknown = 'SecureBootEnable' in body ? body.SecureBootEnable : undefined;
  if (wanted === undefined) return refused(refuse('PropertyMissing', ['SecureBootEnable']));
  if (typeof wanted !== 'boolean')
    return refused(refuse('PropertyValueTypeError', [JSON.stringify(wanted), 'SecureBootEnable']));
  return { kind: 'enable', enabled: wanted };
}
