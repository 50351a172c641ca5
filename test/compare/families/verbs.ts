import { type Call, del, type Family, get, patch, post, put } from '../call.ts';
import { instanceId, nodeId } from './ids.ts';
import { BASIC_VERBS } from './verb-names.ts';

const NODE = nodeId(0x40);
const AT = `/v1/nodes/${NODE}`;
const STEP = { interface: 'deploy', step: 'erase_devices' };

const provision = (name: string, body: unknown, extra: Partial<Call> = {}): Call =>
  put(name, `${AT}/states/provision`, body, extra);
/** One that both accept: what follows waits until the node rests. */
const to = (target: string, state: string, more: object = {}): Call =>
  provision(`${target} to ${state}`, { target, ...more }, { settles: { node: NODE, in: state } });

const VERBS = [...BASIC_VERBS, 'deploy', 'undeploy'];
/** Every verb that the graph does not have there. */
const refusedIn = (state: string, accepted: readonly string[]): readonly Call[] =>
  VERBS.filter((verb) => !accepted.includes(verb)).map((target) =>
    provision(`${target} in ${state}`, { target }),
  );

/** An argument that is wrong, in a state where the verb is accepted. */
const wrongIn = (state: string, target: string, more: object, extra: Partial<Call> = {}): Call =>
  provision(`${target} with ${JSON.stringify(more).slice(1, -1)} in ${state}`, { target, ...more }, extra);

/** The verbs and their arguments in every state in which a node of fake hardware rests, and its whole life. */
export const verbs: Family = {
  name: 'verbs',
  calls: [
    post('a node', '/v1/nodes', { uuid: NODE, name: 'stately', driver: 'fake-hardware' }),
    put('states of nobody', '/v1/nodes/nobody/states/provision', { target: 'manage' }),
    get('states in enroll', `${AT}/states`),
    provision('no target', {}),
    provision('no body', undefined),
    provision('an unknown target', { target: 'fly' }),
    provision('a target that is null', { target: null }),
    provision('an unknown argument', { target: 'manage', bogus: 1 }),
    provision('manage before 1.4', { target: 'manage' }, { version: '1.3' }),
    provision('provide before 1.4', { target: 'provide' }, { version: '1.3' }),
    provision('inspect before 1.6', { target: 'inspect' }, { version: '1.5' }),
    provision('abort before 1.13', { target: 'abort' }, { version: '1.12' }),
    provision('clean before 1.15', { target: 'clean' }, { version: '1.14' }),
    provision('adopt before 1.17', { target: 'adopt' }, { version: '1.16' }),
    provision('rescue before 1.38', { target: 'rescue', rescue_password: 'x' }, { version: '1.37' }),
    provision('deploy before 1.73', { target: 'deploy' }, { version: '1.72' }),
    ...refusedIn('enroll', ['manage']),
    wrongIn('enroll', 'clean', { clean_steps: 'x' }),
    wrongIn('enroll', 'clean', { clean_steps: [] }),
    wrongIn('enroll', 'active', { configdrive: { bogus: 1 } }),
    wrongIn('enroll', 'provide', { clean_steps: [STEP] }),
    wrongIn('enroll', 'manage', { clean_steps: [STEP] }),
    wrongIn('enroll', 'manage', { configdrive: { meta_data: {} } }),
    wrongIn('enroll', 'manage', { deploy_steps: [{ ...STEP, priority: 1, args: {} }] }),
    wrongIn('enroll', 'manage', { rescue_password: '' }),
    wrongIn('enroll', 'manage', { disable_ramdisk: false }),
    wrongIn('enroll', 'manage', { disable_ramdisk: true }, { version: '1.69' }),
    provision(
      'empty arguments of other verbs',
      { target: 'manage', clean_steps: [], deploy_steps: [], configdrive: {}, rescue_password: null },
      { settles: { node: NODE, in: 'manageable' } },
    ),
    get('a manageable node', AT),
    get('its states', `${AT}/states`),
    ...refusedIn('manageable', ['provide', 'inspect', 'clean', 'adopt']),
    to('inspect', 'manageable'),
    get('an inspected node', AT),
    wrongIn('manageable', 'clean', {}),
    wrongIn('manageable', 'clean', { clean_steps: [] }),
    wrongIn('manageable', 'clean', { clean_steps: 'x' }),
    wrongIn('manageable', 'clean', { clean_steps: [7] }),
    wrongIn('manageable', 'clean', { clean_steps: [{ interface: 'deploy' }] }),
    wrongIn('manageable', 'clean', { clean_steps: [{ interface: 'x', step: 'x' }] }),
    wrongIn('manageable', 'clean', { clean_steps: [{ ...STEP, args: 7 }] }),
    wrongIn('manageable', 'clean', { clean_steps: [{ ...STEP, priority: 7 }] }),
    wrongIn('manageable', 'clean', { clean_steps: [STEP], disable_ramdisk: 'perhaps' }),
    wrongIn('manageable', 'clean', { clean_steps: [STEP], disable_ramdisk: true }, { version: '1.69' }),
    put('maintenance', `${AT}/maintenance`, { reason: 'fan' }),
    provision('clean in maintenance', { target: 'clean', clean_steps: [STEP] }),
    provision('active in maintenance, and manageable', { target: 'active' }),
    to('provide', 'available'),
    get('available in maintenance', `${AT}?fields=maintenance,maintenance_reason,fault,provision_state`),
    provision('active in maintenance', { target: 'active' }),
    provision('rebuild in maintenance', { target: 'rebuild' }),
    provision('rescue in maintenance, and available', { target: 'rescue', rescue_password: 'x' }),
    del('no maintenance', `${AT}/maintenance`),
    get('an available node', AT),
    ...refusedIn('available', ['active', 'deploy', 'manage']),
    wrongIn('available', 'active', { configdrive: 7 }),
    wrongIn('available', 'active', { configdrive: { meta_data: {} } }, { version: '1.55' }),
    wrongIn('available', 'active', { configdrive: { vendor_data: {} } }, { version: '1.58' }),
    wrongIn('available', 'active', { configdrive: { bogus: 1 } }),
    wrongIn('available', 'active', { configdrive: { meta_data: 'x' } }),
    wrongIn('available', 'active', { configdrive: 'no base64!' }),
    wrongIn('available', 'active', { clean_steps: [STEP] }),
    wrongIn('available', 'active', { deploy_steps: 'x' }),
    wrongIn('available', 'active', { deploy_steps: [{ interface: 'deploy', step: 'x' }] }),
    wrongIn('available', 'active', { rescue_password: 'x' }),
    wrongIn('available', 'active', { disable_ramdisk: true }),
    patch('retired when available', AT, [{ op: 'replace', path: '/retired', value: true }]),
    patch('an instance', AT, [{ op: 'add', path: '/instance_uuid', value: instanceId(0x40) }]),
    to('active', 'active', { configdrive: { meta_data: { hostname: 'h' } } }),
    get('an active node', AT),
    ...refusedIn('active', ['rebuild', 'deleted', 'undeploy', 'rescue']),
    wrongIn('active', 'rescue', {}),
    wrongIn('active', 'rescue', { rescue_password: '  ' }),
    wrongIn('active', 'rescue', { rescue_password: 7 }),
    del('delete when active', AT),
    patch('an interface when active', AT, [{ op: 'replace', path: '/bios_interface', value: 'no-bios' }]),
    patch('a resource class when active', AT, [{ op: 'replace', path: '/resource_class', value: 'small' }]),
    patch('another one when active', AT, [{ op: 'replace', path: '/resource_class', value: 'big' }]),
    patch('protected', AT, [
      { op: 'replace', path: '/protected', value: true },
      { op: 'add', path: '/protected_reason', value: 'payroll' },
    ]),
    provision('deleted when protected', { target: 'deleted' }),
    provision('rebuild when protected', { target: 'rebuild' }),
    provision('rebuild when protected, with a wrong argument', { target: 'rebuild', clean_steps: [STEP] }),
    del('delete when protected', AT),
    patch('not protected', AT, [{ op: 'replace', path: '/protected', value: false }]),
    put('maintenance when active', `${AT}/maintenance`, {}),
    provision('rescue in maintenance', { target: 'rescue', rescue_password: 'x' }),
    provision('rescue in maintenance, with nothing', { target: 'rescue' }),
    provision('rebuild in maintenance, and active', { target: 'rebuild' }),
    del('no maintenance when active', `${AT}/maintenance`),
    to('rebuild', 'active'),
    to('rescue', 'rescue', { rescue_password: 'open sesame' }),
    get('a rescued node', AT),
    ...refusedIn('rescue', ['rescue', 'unrescue', 'deleted', 'undeploy']),
    put('maintenance in rescue', `${AT}/maintenance`, {}),
    provision('unrescue in maintenance', { target: 'unrescue' }),
    del('no maintenance in rescue', `${AT}/maintenance`),
    to('unrescue', 'active'),
    get('a node that was rescued', AT),
    to('deleted', 'available'),
    get('a node that was deleted', AT),
    to('manage', 'manageable'),
    patch('retired', AT, [{ op: 'replace', path: '/retired', value: true }]),
    provision('provide when retired', { target: 'provide' }),
    patch('not retired', AT, [{ op: 'replace', path: '/retired', value: false }]),
    to('adopt', 'active'),
    get('an adopted node', AT),
    to('undeploy', 'available'),
    get('its history', `${AT}/history`),
    del('delete at last', AT),
    get('a node that is gone', `${AT}/states`),
  ],
};
