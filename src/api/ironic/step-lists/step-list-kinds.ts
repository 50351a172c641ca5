/** Deploy templates and runbooks side by side: what differs between the two lists of steps. Tables of data. */
import type { JsonObject } from '../../../json.ts';
import type { ListedStep, StepListRecord } from '../../../store/records/step-list.ts';
import { STEP_LIST_SORT_KEYS, type StepListSortKey } from '../../../store/step-lists.ts';
import type { StepListKind } from '../../../store/words.ts';
import { maskSecrets } from '../../masking.ts';
import { parseBody } from '../../parse.ts';
import type { PatchRules } from '../../patch.ts';
import { deployTemplateWritable, runbookWritable } from '../../schemas/step-list.ts';
import { datedFields, type Field, linksField, plainFields } from '../fields.ts';
import type { Listed } from '../listing.ts';

/** What a client may write of a list. */
export type StepListFields = Omit<StepListRecord, 'uuid' | 'kind' | 'created_at' | 'updated_at'>;

export type StepListFacts = {
  readonly kind: StepListKind;
  /** In sentences. */
  readonly title: string;
  /** The command that lists all. */
  readonly lister: string;
  /** The first microversion that has it. */
  readonly since: number;
  /** Under its collection's name, with its fields as Ironic answers them. */
  readonly listed: Listed<StepListRecord, StepListSortKey>;
  readonly patch: PatchRules;
  /** Throws `invalid_input`. */
  readonly parse: (body: unknown) => StepListFields;
  readonly stepView: (step: ListedStep) => JsonObject;
};

const stepView = (
  { interface: kind, step, args, rank }: ListedStep,
  rankName: 'priority' | 'order',
): JsonObject => ({
  interface: kind,
  step,
  // An operator's own: a RAID controller's password, say.
  args: maskSecrets(args),
  [rankName]: rank,
});

function stepsField(rankName: 'priority' | 'order'): Field<StepListRecord> {
  return { name: 'steps', since: 1, value: ({ steps }) => steps.map((step) => stepView(step, rankName)) };
}

function listedAs(name: string, fields: readonly Field<StepListRecord>[]): StepListFacts['listed'] {
  return {
    name,
    short: ['uuid', 'name'],
    sortKeys: STEP_LIST_SORT_KEYS,
    fields: [...datedFields<StepListRecord>(), ...fields],
  };
}

const OF_RUNBOOKS = { disable_ramdisk: false, public: false, owner: null } as const;

export const DEPLOY_TEMPLATES: StepListFacts = {
  kind: 'deploy_template',
  title: 'Deploy template',
  lister: 'ingot template list',
  since: 55,
  listed: listedAs('deploy_templates', [
    ...plainFields<StepListRecord, 'name' | 'extra'>(['name', 'extra']),
    linksField('deploy_templates'),
    stepsField('priority'),
  ]),
  patch: { allowed: ['extra', 'name', 'steps'], mandatory: ['name', 'steps'], emptied: { extra: {} } },
  parse: (body) => {
    const { steps, ...fields } = parseBody(deployTemplateWritable, body, 'template');
    const ranked = steps.map(({ priority, ...step }) => ({ ...step, rank: priority }));
    return { ...OF_RUNBOOKS, ...fields, steps: ranked };
  },
  stepView: (step) => stepView(step, 'priority'),
};

export const RUNBOOKS: StepListFacts = {
  kind: 'runbook',
  title: 'Runbook',
  lister: 'ingot runbook list',
  since: 92,
  listed: listedAs('runbooks', [
    ...plainFields<StepListRecord, 'name' | 'extra' | 'public' | 'owner' | 'disable_ramdisk'>([
      ...(['name', 'extra', 'public', 'owner', 'disable_ramdisk'] as const),
    ]),
    linksField('runbooks'),
    stepsField('order'),
  ]),
  patch: {
    allowed: ['disable_ramdisk', 'extra', 'name', 'owner', 'public', 'steps'],
    mandatory: ['name', 'steps'],
    emptied: { extra: {}, disable_ramdisk: false, public: false },
  },
  parse: (body) => {
    const { steps, ...fields } = parseBody(runbookWritable, body, 'runbook');
    return { ...fields, steps: steps.map(({ order, ...step }) => ({ ...step, rank: order })) };
  },
  stepView: (step) => stepView(step, 'order'),
};
