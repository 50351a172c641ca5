/** Every step by the name that stands in job rows. A released name keeps its meaning: jobs outlive versions. */
import type { StepDeps } from '../deps.ts';
import type { StepDefinition } from '../engine/step.ts';
import { adoptStep } from './adopt.ts';
import { checkAskedStepsStep, holdStep, pauseStep } from './asked.ts';
import { bootDiskStep, bootInstanceStep, bootRamdiskStep, leaveRamdiskStep } from './boot.ts';
import { waitAgentStep } from './boot-wait.ts';
import { cleanStep, planCleaningStep, serviceStep } from './clean.ts';
import { collectLogsStep } from './collect-logs.ts';
import {
  agentPowerOffStep,
  allocateAddressesStep,
  installBootloaderStep,
  prepareImageStep,
  writeImageStep,
} from './deploy.ts';
import { deployStep, planDeploymentStep } from './deployment.ts';
import { collectInventoryStep, findPortsStep, recordInventoryStep } from './inspect.ts';
import { bmcInventoryStep } from './inspect-by-bmc.ts';
import { inspectionRulesStep } from './inspection-rules.ts';
import { childPowerStep, parentPowerOnStep } from './kin-power.ts';
import { powerOffStep, powerOnStep, restartStep, softPowerOffStep } from './power.ts';
import { pretendBootStep, pretendInspectionStep, pretendStep } from './pretend.ts';
import { finalizeRescueStep, forgetRescuePasswordStep } from './rescue.ts';
import { shutDownStep } from './shut-down.ts';
import { releaseInstanceStep } from './tear-down.ts';
import { verifyStep } from './verify.ts';

export const STEP_NAMES = [
  'verify',
  'power-off',
  'power-on',
  'soft-power-off',
  'restart',
  'shut-down',
  'parent-power-on',
  'child-power',
  'find-ports',
  'boot-ramdisk',
  'wait-agent',
  'collect-inventory',
  'bmc-inventory',
  'record-inventory',
  'inspection-rules',
  'plan-cleaning',
  'clean-step',
  'check-clean-steps',
  'check-service-steps',
  'service-step',
  'hold',
  'pause',
  'adopt',
  'pretend',
  'pretend-boot',
  'pretend-inspection',
  'prepare-image',
  'allocate-addresses',
  'plan-deployment',
  'write-image',
  'deploy-step',
  'install-bootloader',
  'agent-power-off',
  'boot-disk',
  'boot-instance',
  'leave-ramdisk',
  'release-instance',
  'finalize-rescue',
  'forget-rescue-password',
  'collect-logs',
] as const;
export type StepName = (typeof STEP_NAMES)[number];

export function createSteps(deps: StepDeps): Readonly<Record<StepName, StepDefinition>> {
  return {
    verify: verifyStep(deps),
    'power-off': powerOffStep(deps),
    'power-on': powerOnStep(deps),
    'soft-power-off': softPowerOffStep(deps),
    restart: restartStep(deps),
    'shut-down': shutDownStep(deps),
    'parent-power-on': parentPowerOnStep(deps),
    'child-power': childPowerStep(deps),
    'find-ports': findPortsStep(deps),
    'boot-ramdisk': bootRamdiskStep(deps),
    'wait-agent': waitAgentStep(deps),
    'collect-inventory': collectInventoryStep(deps),
    'bmc-inventory': bmcInventoryStep(deps),
    'record-inventory': recordInventoryStep(deps),
    'inspection-rules': inspectionRulesStep(deps),
    'plan-cleaning': planCleaningStep(deps),
    'clean-step': cleanStep(deps),
    'check-clean-steps': checkAskedStepsStep(deps, 'clean'),
    'check-service-steps': checkAskedStepsStep(deps, 'service'),
    'service-step': serviceStep(deps),
    hold: holdStep(),
    pause: pauseStep(),
    adopt: adoptStep(),
    pretend: pretendStep(),
    'pretend-boot': pretendBootStep(),
    'pretend-inspection': pretendInspectionStep(),
    'prepare-image': prepareImageStep(deps),
    'allocate-addresses': allocateAddressesStep(deps),
    'plan-deployment': planDeploymentStep(deps),
    'write-image': writeImageStep(deps),
    'deploy-step': deployStep(deps),
    'install-bootloader': installBootloaderStep(deps),
    'agent-power-off': agentPowerOffStep(deps),
    'boot-disk': bootDiskStep(deps),
    'boot-instance': bootInstanceStep(deps),
    'leave-ramdisk': leaveRamdiskStep(deps),
    'release-instance': releaseInstanceStep(),
    'finalize-rescue': finalizeRescueStep(deps),
    'forget-rescue-password': forgetRescuePasswordStep(),
    'collect-logs': collectLogsStep(deps),
  };
}
