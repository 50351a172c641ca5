import { describe, expect, test } from 'vitest';
import { applyRules, type Inspected } from '../../../src/lifecycle/inspection-rules/apply-rules.ts';
import { checkRule } from '../../../src/lifecycle/inspection-rules/rule.ts';
import type { InspectionRuleRecord, RuleOperationRecord } from '../../../src/store/records/inspection.ts';
import { aNode, NODE } from '../../api/fixtures.ts';
import { temporaryStore } from '../../store/temporary-store.ts';

const PORT = '0d5ad9a2-9f4b-4f05-a0e0-1b0e3f0d6c11';
const MAC = '52:54:00:00:00:01';

const INVENTORY = {
  cpu: { count: 8, architecture: 'x86_64' },
  memory: { physical_mb: 32_768 },
  bmc_address: '10.30.0.7',
  system_vendor: { manufacturer: 'Dell Inc.', product_name: 'PowerEdge R740' },
  disks: [{ name: '/dev/sda' }, { name: '/dev/nvme0n1' }],
  empty: [],
};

async function inspected(): Promise<Inspected> {
  const store = await temporaryStore();
  const node = await store.nodes.insert(
    aNode({ properties: { cpu_arch: 'x86_64', capabilities: 'boot_mode:uefi' }, extra: { tags: ['a'] } }),
  );
  const port = await store.ports.insert({ uuid: PORT, node_uuid: NODE, address: MAC });
  return { node, ports: [port], inventory: INVENTORY, pluginData: { lldp: { switch: 'sw1' } } };
}

let made = 0;
function rule(fields: Partial<InspectionRuleRecord>): InspectionRuleRecord {
  made += 1;
  return {
    uuid: `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`,
    description: null,
    priority: 0,
    sensitive: false,
    phase: 'main',
    conditions: [],
    actions: [],
    created_at: '2026-11-22T12:00:00.000Z',
    updated_at: null,
    ...fields,
  };
}

const MARK: RuleOperationRecord = { op: 'set-attribute', args: { path: '/extra/hit', value: 'yes' } };

async function holds(condition: RuleOperationRecord): Promise<boolean> {
  const one = rule({ conditions: [condition], actions: [MARK] });
  checkRule(one);
  const outcome = applyRules([one], await inspected());
  if (outcome.kind === 'failed') throw new Error(outcome.because);
  return outcome.applied.length === 1;
}

describe('a condition', () => {
  test.each([
    ['eq', { values: ['{inventory[system_vendor][manufacturer]}', 'Dell Inc.'] }, true],
    ['eq', { values: ['{inventory[cpu][count]}', 8] }, true],
    ['!eq', { values: ['{node.driver}', 'redfish'] }, false],
    ['eq', [['{node.properties[cpu_arch]}', 'x86_64']], true],
    ['lt', { values: [4_096, '{inventory[memory][physical_mb]}'] }, true],
    ['gt', { values: ['{inventory[cpu][count]}', 8] }, false],
    ['in-net', { address: '{inventory[bmc_address]}', subnet: '10.30.0.0/24' }, true],
    ['in-net', { address: '{inventory[bmc_address]}', subnet: '10.31.0.0/24' }, false],
    ['in-net', { address: '2001:db8::7', subnet: '2001:db8::/64' }, true],
    ['matches', { value: '{inventory[system_vendor][product_name]}', regex: 'PowerEdge R\\d+' }, true],
    ['matches', { value: '{inventory[system_vendor][product_name]}', regex: 'PowerEdge' }, false],
    ['contains', { value: '{inventory[system_vendor][product_name]}', regex: 'R7[0-9]0' }, true],
    ['one-of', { value: '{inventory[cpu][architecture]}', values: ['aarch64', 'x86_64'] }, true],
    ['is-none', { value: null }, true],
    ['is-none', { value: '{node.description}' }, false],
    ['is-true', { value: 'Yes' }, true],
    ['is-true', { value: 0 }, false],
    ['is-false', { value: 'no' }, true],
    ['is-empty', { value: '{inventory[empty]}' }, true],
    ['is-empty', { value: '{inventory[nothing][like][it]}' }, true],
    ['is-empty', { value: '{plugin_data[lldp][switch]}' }, false],
  ])('%s of %j: %s', async (op, args, expected) => {
    expect(await holds({ op, args })).toBe(expected);
  });

  test.each([
    ['any', true],
    ['all', false],
    ['first', true],
    ['last', true],
  ] as const)('in a loop counts by "%s"', async (multiple, expected) => {
    const loop = ['/dev/sda', '/dev/nvme0n1'];
    const args = { value: '{item}', regex: 'nvme' };
    expect(await holds({ op: 'contains', args, loop, multiple })).toBe(expected);
  });
});

test('all actions together change node, port, plugin data and what is told', async () => {
  const actions: readonly RuleOperationRecord[] = [
    {
      op: 'set-attribute',
      args: { path: 'properties/vendor', value: '{inventory[system_vendor][manufacturer]}' },
    },
    { op: 'set-attribute', args: ['resource_class', 'big'] },
    { op: 'extend-attribute', args: { path: 'extra/tags', value: 'b' } },
    { op: 'extend-attribute', args: { path: 'extra/tags', value: 'a', unique: true } },
    { op: 'del-attribute', args: { path: 'properties/cpu_arch' } },
    { op: 'set-capability', args: { name: 'raid', value: 'true' } },
    { op: 'unset-capability', args: { name: 'boot_mode' } },
    { op: 'add-trait', args: { name: 'CUSTOM_DELL' } },
    { op: 'set-plugin-data', args: { path: 'seen.by', value: 'rules' } },
    { op: 'unset-plugin-data', args: { path: 'lldp.switch' } },
    { op: 'unset-plugin-data', args: { path: 'not.there' } },
    { op: 'set-port-attribute', args: { port_id: PORT, path: 'physical_network', value: 'lcm' } },
    { op: 'set-port-attribute', args: { port_id: MAC, path: 'extra/rack', value: '7' } },
    { op: 'log', args: { msg: 'This is {node.name}', level: 'warning' } },
    {
      op: 'set-attribute',
      args: { path: 'extra/{item[to]}', value: '{item[what]}' },
      loop: [{ to: 'x', what: 'y' }],
    },
  ];
  const outcome = applyRules([rule({ actions })], await inspected());
  expect(outcome).toMatchObject({
    kind: 'applied',
    node: {
      resource_class: 'big',
      properties: { vendor: 'Dell Inc.', capabilities: 'raid:true' },
      extra: { tags: ['a', 'b'], x: 'y' },
      traits: ['CUSTOM_DELL'],
    },
    pluginData: { seen: { by: 'rules' }, lldp: {} },
    told: [{ level: 'warning', message: 'This is rack1-07' }],
  });
  const ports = outcome.kind === 'applied' ? outcome.ports : new Map();
  expect(ports.get(PORT)).toMatchObject({ physical_network: 'lcm', extra: { rack: '7' } });
  expect(outcome).not.toHaveProperty('node.properties.cpu_arch');
});

test('rules run by priority, then age, and see what earlier ones did', async () => {
  const append = (value: string): RuleOperationRecord => ({
    op: 'extend-attribute',
    args: ['extra/tags', value],
  });
  const outcome = applyRules(
    [
      rule({ actions: [append('second')], priority: 10 }),
      rule({ actions: [append('third')], priority: 10 }),
      rule({ actions: [append('first')], priority: 99 }),
      rule({
        conditions: [{ op: 'contains', args: { value: '{node.extra[tags]}', regex: 'third' } }],
        actions: [append('fourth')],
      }),
    ],
    await inspected(),
  );
  expect(outcome).toMatchObject({ node: { extra: { tags: ['a', 'first', 'second', 'third', 'fourth'] } } });
});

test.each([
  [
    { op: 'fail', args: { msg: 'No {inventory[system_vendor][manufacturer]} here' } },
    'Reason: No Dell Inc. here',
  ],
  [{ op: 'set-attribute', args: { path: 'uuid', value: 'x' } }, 'a rule cannot set uuid of a node'],
  [{ op: 'set-attribute', args: { path: 'properties', value: 'x' } }, 'properties of the node'],
  [
    { op: 'set-attribute', args: { path: 'deploy_interface', value: 'magic' } },
    'deploy_interface "magic" is not',
  ],
  [{ op: 'extend-attribute', args: { path: 'properties/cpu_arch', value: 'x' } }, 'is no list'],
  [{ op: 'del-attribute', args: { path: 'extra/nothing' } }, 'there is no "nothing"'],
  [
    { op: 'set-port-attribute', args: { port_id: MAC, path: 'name', value: 'y' } },
    'a rule cannot set name of a port',
  ],
  [
    { op: 'set-port-attribute', args: { port_id: 'x', path: 'name', value: 'y' } },
    'Port x could not be found.',
  ],
  [{ op: 'log', args: { msg: 'x', level: 'loud' } }, 'Invalid log level: loud'],
  [{ op: 'log', args: { msg: 'x', level: 'constructor' } }, 'Invalid log level: constructor'],
  [{ op: 'add-trait', args: { name: 'lower' } }, 'a trait is CUSTOM_'],
  [{ op: 'add-trait', args: { name: 'FAST' } }, 'a trait is CUSTOM_'],
  [
    { op: 'set-capability', args: { name: 'boot_mode', value: 'legacy' } },
    'the boot_mode "legacy" is not bios or uefi',
  ],
  [{ op: 'set-attribute', args: { path: 'properties/ipxe_program', value: 'odd' } }, 'no build of iPXE'],
  [{ op: 'set-attribute', args: { path: 'network_data', value: { links: 5 } } }, "'links' is no list"],
  [
    {
      op: 'set-port-attribute',
      args: { port_id: MAC, path: 'local_link_connection', value: { switch_id: MAC } },
    },
    "'port_id' is a required property",
  ],
  [{ ...MARK, loop: Array(2_001).fill('x') }, 'more than 2000 operations'],
])('%j fails the inspection, and nothing that rules did counts', async (action, because) => {
  const outcome = applyRules([rule({ actions: [MARK, action] })], await inspected());
  expect(outcome).toMatchObject({ kind: 'failed', because: expect.stringContaining(because) });
});

test.each(['loud', 'constructor', '__proto__', 7])('a rule with the log level %j is not taken', (level) => {
  const log = { op: 'log', args: { msg: 'x', level } };
  expect(() => checkRule(rule({ actions: [log] }))).toThrow(`Invalid log level: ${level}`);
  // What the loop puts in its place is known only when the rule runs.
  checkRule(rule({ actions: [{ op: 'log', args: { msg: 'x', level: '{item}' }, loop: ['info'] }] }));
});

test('secrets in lists and in URLs are hidden from other rules, too', async () => {
  const found = await inspected();
  const driver_info = { bmcs: [{ password: 'hunter22' }], iso: 'https://u:hunter33@h/boot.iso?sig=hunter44' };
  const actions = [{ op: 'log', args: { msg: '{node.driver_info}' } }];
  const outcome = applyRules([rule({ actions })], { ...found, node: { ...found.node, driver_info } });
  const hidden = { bmcs: [{ password: '***' }], iso: 'https://u:***@h/boot.iso?sig=***' };
  expect(outcome).toMatchObject({ told: [{ message: JSON.stringify(hidden) }] });
});

test('regular expressions have one bound for all rules together', async () => {
  const dear = { op: 'contains', args: { value: 'b'.repeat(9_000), regex: 'a{99}' } };
  const rules = (many: number): readonly InspectionRuleRecord[] =>
    Array.from({ length: many }, () => rule({ conditions: [{ ...dear, loop: ['x', 'y'] }] }));
  expect(applyRules(rules(2), await inspected()).kind).toBe('applied');
  expect(applyRules(rules(9), await inspected())).toMatchObject({
    kind: 'failed',
    because: expect.stringContaining('of all rules together have too much'),
  });
});

test('an inventory is gone through for secrets once, however many operations there are', async () => {
  let looks = 0;
  const inventory = {
    get disks() {
      looks += 1;
      return [];
    },
  };
  const found = { ...(await inspected()), inventory };
  expect(applyRules([rule({ actions: Array(9).fill(MARK) })], found).kind).toBe('applied');
  expect(looks).toBe(1);
});

test('the failure of a sensitive rule quotes no value', async () => {
  const password = '{node.driver_info[redfish_password]}';
  const spoilt: Partial<InspectionRuleRecord>[] = [
    { conditions: [{ op: 'lt', args: { values: [password, 5] } }] },
    { actions: [{ op: 'set-attribute', args: ['deploy_interface', password] }] },
  ];
  for (const fields of spoilt) {
    const outcome = applyRules([rule({ ...fields, sensitive: true })], await inspected());
    expect(outcome).toMatchObject({
      kind: 'failed',
      because: expect.stringContaining('a sensitive rule failed'),
    });
    expect(JSON.stringify(outcome)).not.toContain('hunter2');
  }
});

test('a sensitive rule tells its own words, and no secret', async () => {
  const args = { msg: 'the password is {node.driver_info[redfish_password]}' };
  const outcome = async (op: string, loop?: RuleOperationRecord['loop']) =>
    applyRules(
      [rule({ sensitive: true, actions: [{ op, args, ...(loop === undefined ? {} : { loop }) }] })],
      await inspected(),
    );
  const told = 'the password is ***';
  expect(await outcome('log')).toMatchObject({ told: [{ message: told }] });
  expect(await outcome('log', { a: 1 })).toMatchObject({ told: [{ message: told }] });
  expect(await outcome('fail')).toMatchObject({ because: `Failed to inspect hardware. Reason: ${told}` });
});

test('secrets are seen by sensitive rules only', async () => {
  const actions = [{ op: 'set-attribute', args: ['extra/copy', '{node.driver_info[redfish_password]}'] }];
  const outcome = async (sensitive: boolean) => applyRules([rule({ actions, sensitive })], await inspected());
  expect(await outcome(false)).toMatchObject({ node: { extra: { copy: '***' } } });
  expect(await outcome(true)).toMatchObject({ node: { extra: { copy: 'hunter2' } } });
});

test('what no rule touches is judged by none, though it was written when more was taken', async () => {
  const { ports, ...all } = await inspected();
  const old = { switch_id: 'sw1', port_id: 'Eth1', vlan: '7' };
  const node = { ...all.node, network_data: { links: 'none' } };
  const before = { ...all, node, ports: ports.map((port) => ({ ...port, local_link_connection: old })) };
  expect(applyRules([rule({ actions: [MARK] })], before)).toMatchObject({
    kind: 'applied',
    node: { extra: { tags: ['a'], hit: 'yes' } },
  });
  const touching = rule({
    actions: [
      { op: 'set-port-attribute', args: { port_id: MAC, path: '/local_link_connection/vlan', value: '8' } },
    ],
  });
  expect(applyRules([touching], before)).toMatchObject({ kind: 'failed' });
});
