/** Steps as operators name them, one by one and in lists of their own. */
import type { JsonObject } from '../../json.ts';
import type { StepListKind } from '../words.ts';

/** A step of a deployment as operators and deploy templates name it; priority 0 switches a step off. */
export type DeployStep = {
  readonly interface: string;
  readonly step: string;
  readonly args: JsonObject;
  readonly priority: number;
};

/** A step of a deploy template or a runbook. */
export type ListedStep = {
  readonly interface: string;
  readonly step: string;
  readonly args: JsonObject;
  /** Of a template's step its priority, of a runbook's its order. */
  readonly rank: number;
};

/**
 * A list of steps with a name, which is a trait: a deploy template is for the deployments whose
 * `instance_info.traits` hold it, a runbook for cleaning and servicing nodes that have it.
 */
export type StepListRecord = {
  readonly uuid: string;
  readonly kind: StepListKind;
  readonly name: string;
  readonly steps: readonly ListedStep[];
  readonly extra: JsonObject;
  /** Of runbooks, as the rest: whether the steps run without the ramdisk. */
  readonly disable_ramdisk: boolean;
  /** A public runbook is for everybody and has no owner. */
  readonly public: boolean;
  readonly owner: string | null;
  readonly created_at: string;
  readonly updated_at: string | null;
};
