/** Every route of the operators' API. A route that is not in here is closed to all but administrators. */
import { AGENTS } from './agents.ts';
import { DHCP } from './dhcp.ts';
import { DISCOVERY } from './discovery.ts';
import { FLEET } from './fleet.ts';
import { INSPECTION_RULES } from './inspection-rules.ts';
import { NODE_PARTS } from './node-parts.ts';
import { NODES } from './nodes.ts';
import type { Catalog } from './operation.ts';
import { OURS } from './ours.ts';
import { SITE } from './site.ts';
import { STEP_LISTS } from './step-lists.ts';

export const CATALOG: Catalog = {
  ...DISCOVERY,
  ...NODES,
  ...NODE_PARTS,
  ...FLEET,
  ...SITE,
  ...AGENTS,
  ...OURS,
  ...DHCP,
  ...STEP_LISTS,
  ...INSPECTION_RULES,
};
