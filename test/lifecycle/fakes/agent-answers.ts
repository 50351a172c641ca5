/** What the fake ramdisk's agent answers. */
import { INVENTORY } from './inventory.ts';

/** The name of the step that a command's parameters ask for. */
export function stepIn({ step }: Readonly<Record<string, unknown>>): string | null {
  return typeof step === 'object' && step !== null && 'step' in step ? String(step.step) : null;
}

/** Of a command that has succeeded; `more`: steps that the agent offers besides the usual. */
export function resultOf(name: string, more: readonly object[]): Record<string, unknown> {
  if (name === 'get_hardware_info') return INVENTORY;
  const step = (one: string, priority: number): object => ({
    step: one,
    interface: 'deploy',
    priority,
    abortable: true,
  });
  if (name === 'get_service_steps') return { service_steps: { Generic: [step('burnin_cpu', 0), ...more] } };
  if (name === 'collect_system_logs') return { system_logs: 'H4sI' };
  if (name === 'get_deploy_steps') {
    const argsinfo = { wipe: { required: true }, force: { required: false } };
    const steps = [step('write_image', 0), { ...step('erase_devices_metadata', 0), argsinfo: {} }, ...more];
    return {
      deploy_steps: { Generic: [...steps, { ...step('tune_raid', 0), interface: 'raid', argsinfo }] },
    };
  }
  if (name !== 'get_clean_steps') return {};
  return {
    clean_steps: { Generic: [step('erase_devices', 10), step('erase_devices_metadata', 99), ...more] },
    hardware_manager_version: { generic: '1.1' },
  };
}
