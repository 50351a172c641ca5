/** The shapes of what hangs on a node, as its routes answer it. */
import { z } from 'zod';
import { NODE_FIELDS, NODE_STATES_FIELDS } from '../ironic/nodes/node-fields.ts';
import { jsonObject } from '../schemas/common.ts';
import { links, resource } from './answers.ts';

const text = z.string().nullable();
const next = z.string().optional();

export const statesAnswer = resource(
  NODE_FIELDS.filter(({ name }) => NODE_STATES_FIELDS.includes(name)),
).meta({
  id: 'NodeStates',
});

const verdict = z.strictObject({ result: z.boolean(), reason: z.string().optional() });
/** By the kind of interface. */
export const validateAnswer = z.record(z.string(), verdict).meta({ id: 'Validation' });

export const bootDeviceAnswer = z
  .strictObject({ boot_device: text, persistent: z.boolean() })
  .meta({ id: 'BootDevice' });
export const bootDevicesAnswer = z
  .strictObject({ supported_boot_devices: z.array(z.string()) })
  .meta({ id: 'BootDevices' });

const indicator = z.strictObject({
  name: z.string(),
  component: z.string(),
  readonly: z.boolean(),
  states: z.array(z.string()),
  links,
});
export const indicatorsAnswer = z
  .strictObject({ indicators: z.array(indicator.meta({ id: 'Indicator' })) })
  .meta({ id: 'Indicators' });
export const indicatorAnswer = z.strictObject({ state: z.string() }).meta({ id: 'IndicatorState' });

export const consoleAnswer = z
  .strictObject({ console_enabled: z.boolean(), console_info: jsonObject.nullable() })
  .meta({ id: 'Console' });

export const vifsAnswer = z
  .strictObject({ vifs: z.array(z.strictObject({ id: z.string() })) })
  .meta({ id: 'Vifs' });
export const childrenAnswer = z
  .strictObject({
    children: z.array(z.string()),
    links: z.strictObject({ href: z.string(), rel: z.string() }),
  })
  .meta({ id: 'Children' });

export const historyEntryAnswer = z
  .strictObject({
    uuid: z.string(),
    created_at: z.string(),
    updated_at: text.optional(),
    severity: z.string(),
    event: z.string(),
    event_type: z.string().optional(),
    conductor: z.string().optional(),
    user: text.optional(),
    links,
  })
  .meta({ id: 'HistoryEntry' });
export const historyAnswer = z
  .strictObject({ history: z.array(historyEntryAnswer), next })
  .meta({ id: 'History' });
const vendorMethod = z.strictObject({
  http_methods: z.array(z.string()),
  async: z.boolean(),
  attach: z.boolean(),
  require_exclusive_lock: z.boolean(),
  description: z.string(),
});
/** By the name of the method. */
export const vendorMethodsAnswer = z.record(z.string(), vendorMethod).meta({ id: 'VendorMethods' });
