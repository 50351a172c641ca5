/** Deploy templates and runbooks side by side: what differs between the two lists of steps. Tables of data. */
import type { JsonObject } from '../../store/records.ts';
import type { ListedStep, StepListRecord } from '../../store/step-list-records.ts';
import type { StepListKind } from '../../store/words.ts';
import { maskSecrets } from '../masking.ts';
import { parseBody } from '../parse.ts';
import type { PatchRules } from '../patch.ts';
import { deployTemplateWritable, runbookWritable } from '../schemas/step-list.ts';

/** What a client may write of a list. */
export type StepListFields = Omit<StepListRecord, 'uuid' | 'kind' | 'created_at' | 'updated_at'>;

export type StepListFacts = {
  readonly kind: StepListKind;
  /** Of the collection, in URLs and answers. */
  readonly collection: string;
  /** In sentences. */
  readonly title: string;
  /** The first microversion that has it. */
  readonly since: number;
  /** Its fields as Ironic answers them, in Ironic's order. */
  readonly fields: readonly string[];
  readonly patch: PatchRules;
  /** Throws `invalid_input`. */
  readonly parse: (body: unknown) => StepListFields;
  readonly stepView: (step: ListedStep) => JsonObject;
};

const stepView = ({ interface: kind, step, args }: ListedStep): JsonObject => ({
  interface: kind,
  step,
  // An operator's own: a RAID controller's password, say.
  args: maskSecrets(args),
});

const OF_RUNBOOKS = { disable_ramdisk: false, public: false, owner: null } as const;

export const DEPLOY_TEMPLATES: StepListFacts = {
  kind: 'deploy_template',
  collection: 'deploy_templates',
  title: 'Deploy template',
  since: 55,
  fields: ['uuid', 'created_at', 'updated_at', 'name', 'extra', 'links', 'steps'],
  patch: { allowed: ['extra', 'name', 'steps'], mandatory: ['name', 'steps'], emptied: { extra: {} } },
  parse: (body) => {
    const { steps, ...fields } = parseBody(deployTemplateWritable, body, 'deploy template');
    const ranked = steps.map(({ priority, ...step }) => ({ ...step, rank: priority }));
    return { ...OF_RUNBOOKS, ...fields, steps: ranked };
  },
  stepView: (step) => ({ ...stepView(step), priority: step.rank }),
};

export const RUNBOOKS: StepListFacts = {
  kind: 'runbook',
  collection: 'runbooks',
  title: 'Runbook',
  since: 92,
  fields: [
    ...['uuid', 'created_at', 'updated_at', 'name', 'extra', 'public', 'owner', 'disable_ramdisk'],
    ...['links', 'steps'],
  ],
  patch: {
    allowed: ['disable_ramdisk', 'extra', 'name', 'owner', 'public', 'steps'],
    mandatory: ['name', 'steps'],
    emptied: { extra: {}, disable_ramdisk: false, public: false },
  },
  parse: (body) => {
    const { steps, ...fields } = parseBody(runbookWritable, body, 'runbook');
    return { ...fields, steps: steps.map(({ order, ...step }) => ({ ...step, rank: order })) };
  },
  stepView: (step) => ({ ...stepView(step), order: step.rank }),
};
