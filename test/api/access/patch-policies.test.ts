import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodePatchPolicies, targetNodeOf } from '../../../src/api/access/patch-policies.ts';
import { patchSchema } from '../../../src/api/schemas/patch.ts';

const SECRET = { op: 'add', path: '/driver_info/redfish_address', value: 'https://192.0.2.9' };
const MOVE = { op: 'replace', path: '/node_uuid', value: 'the other node' };

const anOperation = fc.oneof(
  fc.record({
    op: fc.constantFrom('add', 'replace'),
    path: fc.constantFrom('/extra/a', '/name', '/owner'),
    value: fc.jsonValue(),
  }),
  fc.record({ op: fc.constant('remove'), path: fc.constantFrom('/extra/a', '/name', '/owner') }),
);

describe('the policies that a patch calls for', () => {
  it('lets nothing that stands beside an operation lift what that one calls for', () => {
    const anything = fc.array(fc.oneof(anOperation, fc.jsonValue()));
    fc.assert(
      fc.property(anything, anything, (before, after) => {
        expect(nodePatchPolicies([...before, SECRET, ...after])).toContain('node:update:driver_info');
        expect(targetNodeOf([...before, MOVE, ...after])).toBe(MOVE.value);
      }),
    );
  });

  it('are those of each field in whatever the API takes as a patch', () => {
    const policies = {
      '/extra/a': 'node:update_extra',
      '/name': 'node:update:name',
      '/owner': 'node:update:owner',
    };
    fc.assert(
      fc.property(fc.array(anOperation, { minLength: 1 }), (patch) => {
        expect(patchSchema.safeParse(patch).success).toBe(true);
        const asked = patch.map(({ path }) => Object.entries(policies).find(([at]) => at === path)?.[1]);
        expect(nodePatchPolicies(patch)).toEqual([...new Set(asked)]);
      }),
    );
  });

  it.each([[null], ['add'], [{}], [[]], [[7]]])(
    'are those of any change for %j, which the route refuses',
    (body) => {
      expect(nodePatchPolicies(body)).toEqual(['node:update']);
      expect(targetNodeOf(body)).toBeNull();
    },
  );
});
