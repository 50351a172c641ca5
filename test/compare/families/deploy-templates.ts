import { del, type Family, get, patch, post, put } from '../call.ts';

const PATH = '/v1/deploy_templates';
const UUID = '7c5c0f6e-3a52-4f0a-8a67-0d2f5b1c9e44';
const NODE = '5b9d7c1e-2f60-4a94-9b0f-6f6c5a3d1e77';
const PROVISION = `/v1/nodes/${NODE}/states/provision`;
const STEP = { interface: 'raid', step: 'create', args: { password: 'x', level: 1 }, priority: 50 };

const template = (more: object = {}): object => ({ name: 'CUSTOM_A', uuid: UUID, steps: [STEP], ...more });
const refused = (name: string, more: object) =>
  post(name, PATH, template({ name: 'CUSTOM_Z', uuid: null, ...more }));
const set = (path: string, value: unknown): object => ({ op: 'replace', path, value });

export const deployTemplates: Family = {
  name: 'deploy templates',
  calls: [
    get('none yet', PATH),
    get('before 1.55', PATH, { version: '1.54' }),
    post('make before 1.55', PATH, template(), { version: '1.54' }),
    post('make', PATH, template({ extra: { a: 1 } })),
    post('make the same', PATH, template()),
    post('make another of the name', PATH, template({ uuid: null })),
    post('make one of the uuid', PATH, template({ name: 'CUSTOM_Y' })),
    refused('a name that is no trait', { name: 'raid' }),
    refused('no steps', { steps: [] }),
    refused('a step twice', { steps: [STEP, { ...STEP, priority: 1 }] }),
    refused('a step without a priority', { steps: [{ interface: 'raid', step: 'a', args: {} }] }),
    refused('a step without arguments', { steps: [{ interface: 'raid', step: 'a', priority: 1 }] }),
    refused('a step of no interface', { steps: [{ ...STEP, interface: 'boot' }] }),
    refused('a negative priority', { steps: [{ ...STEP, priority: -1 }] }),
    refused('an unknown field', { colour: 'red' }),
    get('all', PATH),
    get('all in detail', `${PATH}?detail=True`),
    get('all by fields', `${PATH}?fields=name,steps`),
    get('all by no field', `${PATH}?fields=colour`),
    get('all by the name backwards', `${PATH}?sort_key=name&sort_dir=desc`),
    get('all by their steps', `${PATH}?sort_key=steps`),
    get('one', `${PATH}/${UUID}`),
    get('one by its name', `${PATH}/CUSTOM_A`),
    get('one by fields', `${PATH}/${UUID}?fields=name`),
    get('nobody', `${PATH}/CUSTOM_NOBODY`),
    patch('another priority', `${PATH}/${UUID}`, [set('/steps/0/priority', 60)]),
    patch('another name and more', `${PATH}/${UUID}`, [
      set('/name', 'CUSTOM_B'),
      { op: 'add', path: '/extra/b', value: 2 },
    ]),
    patch('no steps any more', `${PATH}/${UUID}`, [set('/steps', [])]),
    patch('its uuid', `${PATH}/${UUID}`, [set('/uuid', NODE)]),
    patch('no name', `${PATH}/${UUID}`, [{ op: 'remove', path: '/name' }]),
    patch('nobody', `${PATH}/CUSTOM_NOBODY`, [set('/name', 'CUSTOM_C')]),
    post('a node', '/v1/nodes', {
      driver: 'fake-hardware',
      uuid: NODE,
      name: 'templates',
      instance_info: { traits: ['CUSTOM_B'] },
    }),
    put(
      'managed',
      PROVISION,
      { target: 'manage' },
      {
        settles: { node: NODE, in: 'manageable' },
      },
    ),
    put('deploy steps for manage', PROVISION, {
      target: 'clean',
      deploy_steps: [STEP],
    }),
    put(
      'available',
      PROVISION,
      { target: 'provide' },
      {
        settles: { node: NODE, in: 'available' },
      },
    ),
    put(
      'deploy steps before 1.69',
      PROVISION,
      { target: 'active', deploy_steps: [STEP] },
      {
        version: '1.68',
      },
    ),
    put('a trait that the node lacks', PROVISION, { target: 'active' }),
    put('its trait', `/v1/nodes/${NODE}/traits/CUSTOM_B`, undefined),
    patch('a core step in the template', `${PATH}/${UUID}`, [
      set('/steps', [{ interface: 'deploy', step: 'deploy', args: {}, priority: 10 }]),
    ]),
    put('a core step of its template', PROVISION, { target: 'active' }),
    del('the template', `${PATH}/CUSTOM_B`),
    del('the template again', `${PATH}/CUSTOM_B`),
    // The last call: Ironic deploys.
    put('an unknown deploy step', PROVISION, { target: 'active', deploy_steps: [STEP] }),
  ],
};
