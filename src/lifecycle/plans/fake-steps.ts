/** The clean and service steps that fake interfaces pretend: Ironic's own (ironic/drivers/modules/fake.py). Pure. */
import { IngotError } from '../../errors.ts';
import type { NodeRecord } from '../../store/records/node.ts';
import { INTERFACE_KINDS, type InterfaceKind, isFake } from '../interfaces.ts';
import { type AskedKind, type AskedStep, isReserved } from './asked-steps.ts';

type Steps = { readonly [kind in InterfaceKind]?: readonly string[] };

/** `vendor.trigger_servicewait`, which waits for an agent that never comes, is left out. */
const FAKE_STEPS: Readonly<Record<AskedKind, Steps>> = {
  clean: {
    vendor: ['log_passthrough'],
    firmware: ['update'],
    bios: ['apply_configuration', 'factory_reset', 'cache_bios_settings'],
  },
  service: { vendor: ['log_passthrough'] },
};

/** Throws `invalid_input` for steps that the node's fake interfaces do not have. */
export function refuseUnknownFakeSteps(
  node: Pick<NodeRecord, 'uuid' | 'driver' | 'interfaces'>,
  kind: AskedKind,
  asked: readonly AskedStep[],
): void {
  const known = INTERFACE_KINDS.filter((one) => isFake(node, one)).flatMap((one) =>
    (FAKE_STEPS[kind][one] ?? []).map((step) => `${one}.${step}`),
  );
  const unknown = asked
    .filter(({ step, onChildren }) => onChildren === undefined && !isReserved(step))
    .map(({ interface: one, step }) => `${one ?? '?'}.${step}`)
    .filter((title) => !known.includes(title));
  if (unknown.length === 0) return;
  throw new IngotError(
    'invalid_input',
    `Cannot ${kind} node ${node.uuid}: node does not support this ${kind} step: ${unknown.join(', ')}`,
    {
      hint: `It runs nowhere (driver ${node.driver}) and pretends: ${known.join(', ') || 'none'}. Besides there are hold, wait, power_on, power_off and reboot.`,
    },
  );
}
