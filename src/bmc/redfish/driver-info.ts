import { z } from 'zod';
import { IngotError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import { MASK } from '../../secret-words.ts';

/** Where a Redfish service is and how to log in, read from a node's `driver_info`. */
export type RedfishTarget = {
  /** As the operator wrote it, for messages. */
  readonly address: string;
  /** Scheme, host and port: `https://10.30.0.11`. Nothing is ever requested from anywhere else. */
  readonly origin: string;
  /** Path of the ComputerSystem; null: the only one that can be reset. */
  readonly systemPath: string | null;
  /** Null: the service asks for no credentials. */
  readonly credentials: { readonly username: string; readonly password: string } | null;
  /** True: the trusted CAs of this machine; false: no check; else a CA file or folder. */
  readonly verifyCa: boolean | string;
  readonly authType: 'auto' | 'session' | 'basic';
};

const address = z.string().transform((text, context) => {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`);
  const problem =
    url === null || url.hostname === ''
      ? 'is no URL such as https://10.30.0.11'
      : url.protocol !== 'https:' && url.protocol !== 'http:'
        ? 'must begin with https:// or http://'
        : url.username !== '' || url.password !== ''
          ? 'must not hold a user name or password: they belong to redfish_username and redfish_password'
          : !/^\/(redfish(\/v1)?\/?)?$/.test(url.pathname) || url.search !== '' || url.hash !== ''
            ? 'must name the BMC only; a path to a system belongs to redfish_system_id'
            : null;
  if (problem === null && url !== null) return { text, origin: url.origin };
  context.addIssue({ code: 'custom', message: problem ?? 'is no URL' });
  return z.NEVER;
});

const trueWords = ['true', 'yes', 'on', '1'];
const falseWords = ['false', 'no', 'off', '0'];

const verifyCa = z.union([z.boolean(), z.string()]).transform((value, context): boolean | string => {
  if (typeof value === 'boolean') return value;
  if (trueWords.includes(value.toLowerCase())) return true;
  if (falseWords.includes(value.toLowerCase())) return false;
  if (value.startsWith('/')) return value;
  context.addIssue({
    code: 'custom',
    message: 'must be true, false or the absolute path of a CA file or folder',
  });
  return z.NEVER;
});

const schema = z.object({
  redfish_address: address,
  redfish_system_id: z
    .string()
    .startsWith('/', 'must be the path of the system, such as /redfish/v1/Systems/1')
    .nullish(),
  redfish_username: z.string().min(1).nullish(),
  redfish_password: z
    .string()
    .refine((text) => text !== MASK, 'is the mask that the API shows instead of a password')
    .nullish(),
  redfish_verify_ca: verifyCa.nullish(),
  redfish_auth_type: z.enum(['auto', 'session', 'basic'], 'must be auto, session or basic').nullish(),
});

/**
 * Reads Ironic's `redfish_*` names; other keys (`deploy_kernel`, ...) are not ours and pass.
 * Throws `invalid_input` with a sentence for each mistake, each naming its field.
 */
export function parseRedfishDriverInfo(driverInfo: JsonObject): RedfishTarget {
  const unknown = Object.keys(driverInfo).filter(
    (key) => key.startsWith('redfish_') && !Object.hasOwn(schema.shape, key),
  );
  const parsed = schema.safeParse(driverInfo);
  const problems = [
    ...unknown.map((key) => `driver_info/${key} is no field of the redfish driver`),
    ...(parsed.error?.issues ?? []).map((issue) => sentence(issue.path, issue.message, driverInfo)),
  ];
  if (parsed.data?.redfish_password != null && parsed.data.redfish_username == null)
    problems.push('driver_info/redfish_username is missing although redfish_password is given');
  if (!parsed.success || problems.length > 0) throw driverInfoError(problems);

  const info = parsed.data;
  return {
    address: info.redfish_address.text,
    origin: info.redfish_address.origin,
    systemPath: info.redfish_system_id ?? null,
    credentials:
      info.redfish_username == null
        ? null
        : { username: info.redfish_username, password: info.redfish_password ?? '' },
    verifyCa: info.redfish_verify_ca ?? true,
    authType: info.redfish_auth_type ?? 'auto',
  };
}

function sentence(path: readonly PropertyKey[], message: string, driverInfo: JsonObject): string {
  const field = String(path[0]);
  const missing = driverInfo[field] === undefined || driverInfo[field] === null;
  return `driver_info/${field} ${missing ? 'is missing' : message}`;
}

function driverInfoError(problems: readonly string[]): IngotError {
  return new IngotError('invalid_input', problems.join('; '), {
    hint:
      'The redfish driver takes redfish_address (needed), redfish_system_id, redfish_username, ' +
      'redfish_password, redfish_verify_ca and redfish_auth_type.',
  });
}
