/** When `--wait` has waited long enough. */
import { expect, test } from 'vitest';
import type { JobAnswer, NodeAnswer } from '../../src/cli/answers.ts';
import { judge } from '../../src/cli/wait.ts';

function aNode(state: string, target: string | null): NodeAnswer {
  return {
    uuid: 'n',
    name: 'rack1-07',
    provision_state: state,
    target_provision_state: target,
    power_state: 'power on',
    maintenance: false,
    last_error: null,
    driver: 'redfish',
    driver_info: {},
    driver_internal_info: {},
    properties: {},
    instance_info: {},
  };
}

function aJob(status: JobAnswer['status']): JobAnswer {
  return {
    id: 1,
    verb: 'clean',
    status,
    step: 'hold',
    step_number: 1,
    step_count: 2,
    waiting_for: null,
    progress: null,
    elapsed_s: 1,
    step_elapsed_s: 1,
    error: null,
  };
}

test.each([
  // A held job runs on, and its node keeps its target.
  { verb: 'clean', state: 'clean hold', target: 'manageable', job: 'running', is: 'held' },
  { verb: 'service', state: 'service hold', target: 'active', job: 'running', is: 'held' },
  { verb: 'active', state: 'deploy hold', target: 'active', job: 'running', is: 'held' },
  { verb: 'unhold', state: 'clean hold', target: 'manageable', job: 'running', is: 'held' },
  { verb: 'provide', state: 'clean hold', target: 'available', job: 'running', is: 'held' },
  { verb: 'abort', state: 'clean hold', target: 'manageable', job: 'running', is: 'going on' },
  { verb: 'clean', state: 'clean wait', target: 'manageable', job: 'running', is: 'going on' },
  { verb: 'clean', state: 'manageable', target: null, job: 'running', is: 'going on' },
  { verb: 'clean', state: 'manageable', target: null, job: 'done', is: 'done' },
  { verb: 'clean', state: 'clean failed', target: 'manageable', job: 'failed', is: 'failed' },
  { verb: 'manage', state: 'enroll', target: null, job: 'failed', is: 'failed' },
] as const)('$verb with the job $job in "$state" is $is', ({ verb, state, target, job, is }) => {
  expect(judge(aNode(state, target), verb, aJob(job))).toBe(is);
});
