/** The operator's own rules over what an inspection found: all of them in one transaction, or none. */
import type { StepDeps } from '../deps.ts';
import type { StepDefinition } from '../engine/step.ts';
import { applyRules } from '../inspection-rules/apply-rules.ts';

export function inspectionRulesStep(deps: StepDeps): StepDefinition {
  return {
    does: 'applying the inspection rules',
    run: async (context) => {
      const node = context.node();
      const rules = await deps.store.inspectionRules.all();
      if (rules.length === 0) return { kind: 'done', note: 'There are no inspection rules.' };
      const ports = await deps.store.ports.listByNode(node.uuid);
      const stored = await deps.store.inventories.get(node.uuid);
      const { inventory = {}, plugin_data: pluginData = {} } = stored ?? {};
      const outcome = applyRules(rules, { node, ports, inventory, pluginData });
      if (outcome.kind === 'failed') return outcome;
      const names = outcome.applied.join(', ');
      return {
        kind: 'done',
        note: `Of ${rules.length} inspection rules ${outcome.applied.length} applied${names === '' ? '' : `: ${names}`}.`,
        patch: outcome.node,
        also: async (queries) => {
          for (const [uuid, patch] of outcome.ports) {
            const port = await queries.ports.update(uuid, patch);
            await queries.events.append({
              node_uuid: node.uuid,
              kind: 'port.updated',
              message: `The port ${port.address} was changed by inspection rules`,
              data: { port_uuid: uuid, mac: port.address },
            });
          }
          if (outcome.pluginData !== pluginData)
            await queries.inventories.put(node.uuid, inventory, outcome.pluginData);
          for (const { level, message } of outcome.told)
            await queries.events.append({
              node_uuid: node.uuid,
              kind: 'inspect.rule',
              severity: level,
              message,
            });
        },
      };
    },
  };
}
