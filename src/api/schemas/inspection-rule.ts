/** The shapes of an inspection rule as clients write it, and of the queries on rules. */
import { z } from 'zod';
import { ruleActions, ruleConditions } from '../../lifecycle/inspection-rules/rule.ts';
import { looseBoolean, sortedPaging, uuid } from './common.ts';

export const inspectionRuleWritable = z.strictObject({
  description: z.string().max(255).nullable().default(null),
  priority: z.number().int().default(0),
  sensitive: looseBoolean.nullish().transform((given) => given ?? false),
  phase: z
    .string()
    .max(16)
    .nullish()
    .transform((given) => given ?? 'main'),
  conditions: ruleConditions.default([]),
  actions: ruleActions.min(1),
});

export const inspectionRuleCreate = inspectionRuleWritable.extend({ uuid: uuid.nullish() });

export const inspectionRuleListQuery = z.strictObject({ ...sortedPaging, phase: z.string().optional() });
