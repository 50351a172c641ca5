/** The steps that this agent offers, in the shape of `get_clean_steps` and `get_deploy_steps`. */
import { AgentError } from '../base/agent-error.ts';
import { isRecord, type JsonRecord, stringField } from '../base/json.ts';

/** The name that Ironic files the steps under; upstream's own, since the steps mean the same. */
export const MANAGER = 'GenericHardwareManager';
export const MANAGER_VERSION: { readonly [manager: string]: string } = { generic_hardware_manager: '1.1' };

/** Priorities as in ironic_python_agent/hardware.py; order as upstream answers. */
export const CLEAN_STEPS = (
  [
    ['erase_devices', 10],
    ['erase_devices_metadata', 99],
    ['erase_devices_express', 0],
  ] as const
).map(([step, priority]) => ({
  step,
  priority,
  interface: 'deploy',
  reboot_requested: false,
  abortable: true,
}));

/** Priority 0: write_image has its time in Ironic's deploy interface, the others run where they are asked for. */
export const DEPLOY_STEPS = [
  {
    step: 'write_image',
    priority: 0,
    interface: 'deploy',
    reboot_requested: false,
    argsinfo: {
      image_info: { description: 'The image: id, urls, os_hash_algo, os_hash_value, ...', required: true },
      configdrive: {
        description: 'The config drive: base64 of a packed volume, or its URL',
        required: false,
      },
    },
  },
  ...(['erase_devices', 'erase_devices_metadata', 'erase_devices_express'] as const).map((step) => ({
    step,
    priority: 0,
    interface: 'deploy',
    reboot_requested: false,
    argsinfo: {},
  })),
];

/** The `step` of a call and its name. Throws `invalid_params`. */
export function stepOf(params: JsonRecord): { readonly step: JsonRecord; readonly name: string } {
  const step = params.step;
  const name = isRecord(step) ? stringField(step, 'step') : null;
  if (!isRecord(step) || name === null)
    throw new AgentError('invalid_params', 'step must be an object with a name');
  return { step, name };
}

/** Throws `clean_version` when Ironic holds steps of another agent: it then asks for them anew. */
export function checkVersion(expected: unknown): void {
  if (!isRecord(expected)) return;
  const same = Object.entries(MANAGER_VERSION).every(([manager, version]) => expected[manager] === version);
  if (same && Object.keys(expected).length === Object.keys(MANAGER_VERSION).length) return;
  throw new AgentError(
    'clean_version',
    `the steps were made for ${JSON.stringify(expected).slice(0, 200)} and this agent has ${JSON.stringify(MANAGER_VERSION)}`,
  );
}
