import type { Family } from './call.ts';
import { allocations } from './families/allocations.ts';
import { callBacks } from './families/call-backs.ts';
import { chassis } from './families/chassis.ts';
import { deployTemplates } from './families/deploy-templates.ts';
import { drivers } from './families/drivers.ts';
import { failures } from './families/failures.ts';
import { jsonSuffix } from './families/json-suffix.ts';
import { lists } from './families/lists.ts';
import { nodes } from './families/nodes.ts';
import { parts } from './families/parts.ts';
import { patches } from './families/patch.ts';
import { portgroups } from './families/portgroups.ts';
import { ports } from './families/ports.ts';
import { powers } from './families/power.ts';
import { verbs } from './families/verbs.ts';
import { versions } from './families/versions.ts';
import { volumes } from './families/volumes.ts';

/** In this order, on the same two servers: what one family leaves behind, the lists of the next one show on both. */
export const FAMILIES: readonly Family[] = [
  nodes,
  patches,
  versions,
  lists,
  parts,
  ports,
  drivers,
  deployTemplates,
  verbs,
  powers,
  failures,
  callBacks,
  portgroups,
  chassis,
  volumes,
  allocations,
  jsonSuffix,
];
