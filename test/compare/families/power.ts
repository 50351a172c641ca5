import { type Call, type Family, get, post, put } from '../call.ts';
import { nodeId } from './ids.ts';

const NODE = nodeId(0x48);
const AT = `/v1/nodes/${NODE}`;
const power = (name: string, body: unknown, extra: Partial<Call> = {}): Call =>
  put(name, `${AT}/states/power`, body, extra);
const to = (target: string, more: object = {}): Call =>
  power(
    `${target}${'timeout' in more ? ' with a timeout' : ''}`,
    { target, ...more },
    { settles: { node: NODE, in: 'enroll' } },
  );
const shown = (after: string): Call =>
  get(`states after ${after}`, `${AT}?fields=power_state,target_power_state,last_error`);

/** Power, and maintenance. */
export const powers: Family = {
  name: 'power',
  calls: [
    post('a node', '/v1/nodes', { uuid: NODE, name: 'powerful', driver: 'fake-hardware' }),
    power('no target', {}),
    power('no body', undefined),
    power('nonsense', { target: 'fly' }),
    power('a target that is null', { target: null }),
    power('an unknown argument', { target: 'power on', bogus: 1 }),
    power('a negative timeout', { target: 'power on', timeout: -1 }),
    power('no time', { target: 'power on', timeout: 0 }),
    power('a timeout that is a word', { target: 'power on', timeout: 'x' }),
    power('soft power before 1.27', { target: 'soft power off' }, { version: '1.26' }),
    power('a soft reboot before 1.27', { target: 'soft rebooting' }, { version: '1.26' }),
    power('a timeout before 1.27', { target: 'power on', timeout: 5 }, { version: '1.26' }),
    put('power of nobody', '/v1/nodes/nobody/states/power', { target: 'power on' }),
    to('power on'),
    shown('power on'),
    to('power on', { timeout: '10' }),
    to('rebooting', { timeout: 10 }),
    shown('rebooting'),
    to('soft rebooting'),
    shown('soft rebooting'),
    to('soft power off'),
    shown('soft power off'),
    to('power on'),
    to('power off', { timeout: 10 }),
    shown('power off'),
    to('rebooting'),
    shown('rebooting a machine that is off'),

    put('maintenance', `${AT}/maintenance`, { reason: 'fan' }),
    get('in maintenance', `${AT}?fields=maintenance,maintenance_reason,fault`),
    put('maintenance again without a body', `${AT}/maintenance`, undefined),
    get('in maintenance without a reason', `${AT}?fields=maintenance,maintenance_reason,fault`),
    put('maintenance with an unknown argument', `${AT}/maintenance`, { bogus: 1 }),
    put('maintenance with a reason of a number', `${AT}/maintenance`, { reason: 7 }),
    put('maintenance of nobody', '/v1/nodes/nobody/maintenance', {}),
    to('power off'),
    { name: 'no maintenance', method: 'DELETE', path: `${AT}/maintenance` },
    { name: 'no maintenance again', method: 'DELETE', path: `${AT}/maintenance` },
    get('out of maintenance', `${AT}?fields=maintenance,maintenance_reason,fault`),
  ],
};
