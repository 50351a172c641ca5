// table of constants
import { type Justified, SENTENCE, STATUS_AND_SENTENCE } from './reason.ts';

/** Of verbs, power and maintenance. */
export const OF_LIFECYCLE: readonly Justified[] = [
  {
    calls: ['verbs: a target that is null', 'power: a target that is null'],
    at: SENTENCE,
    why: 'Ironic goes on with a target called None',
  },
  {
    calls: [
      'verbs: clean with "clean_steps":"x" in manageable',
      'verbs: clean with "clean_steps":[7] in manageable',
      'verbs: clean with "clean_steps":[{"interface":"deploy"}] in manageable',
      'verbs: clean with "clean_steps":[{"interface":"x","step":"x"}] in manageable',
      'verbs: clean with "clean_steps":[{"interface":"deploy","step":"erase_devices","args":7}] in manageable',
      'verbs: clean with "clean_steps":[{"interface":"deploy","step":"erase_devices","priority":7}] in manageable',
      'verbs: active with "configdrive":7 in available',
      'verbs: active with "configdrive":{"bogus":1} in available',
      'verbs: active with "configdrive":{"meta_data":"x"} in available',
      'verbs: active with "deploy_steps":"x" in available',
      'verbs: active with "deploy_steps":[{"interface":"deploy","step":"x"}] in available',
      'verbs: rescue with "rescue_password":7 in active',
      'power: maintenance with a reason of a number',
    ],
    at: SENTENCE,
    why: 'Ironic repeats the value, which may be a secret or megabytes, beside its schema; ingot names the field and the step',
  },
  {
    calls: ['verbs: clean with "clean_steps":"x" in enroll'],
    at: SENTENCE,
    why: 'ingot looks at all of the arguments after the state; Ironic at some of their types before',
  },
  {
    calls: [
      'verbs: manage with "disable_ramdisk":false in enroll',
      'verbs: active with "disable_ramdisk":true in available',
    ],
    at: STATUS_AND_SENTENCE,
    why: 'Ironic 21.4 fails with 500 on its own refusal; later versions take it with service too, and so does ingot',
  },
  {
    calls: ['verbs: rescue in maintenance, with nothing'],
    at: SENTENCE,
    why: 'both have to be mended; ingot names the maintenance first',
  },
  {
    calls: /^(verbs|failures): /,
    at: 'body.power_state',
    why: 'pretended hardware of Ironic has no power state before it is switched; that of ingot is a machine which is off, and on when it is deployed',
  },
  {
    calls: /^(verbs|failures): /,
    at: /^body\.driver_internal_info\.(clean|deploy)_steps$/,
    why: "Ironic's list of the steps that are left, which is null when there are none; ingot's is the job's",
  },
  {
    calls: /^(verbs|failures): /,
    at: 'body.reservation',
    why: 'Ironic holds its lock while it answers a PATCH, and shows it; ingot needs none for a write of the store',
  },
  {
    calls: /^verbs: /,
    at: /^body\.instance_info\.(hashed_)?rescue_password$/,
    why: 'pretended hardware of Ironic keeps the password of a rescue for ever; ingot keeps none, and its hash only until the ramdisk has it',
  },
  {
    calls: ['verbs: its history'],
    at: /^body\.history/,
    why: 'Ironic keeps errors only; the history of ingot is all that happened to the node',
  },
];
