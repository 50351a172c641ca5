import { expect, test } from 'vitest';
import { apiFixture, fault } from '../fixtures.ts';

const drivers = ['redfish', 'fake-hardware'];

test('a driver that configures RAID says what may be asked of a logical disk, from 1.12 on', async () => {
  const { ask } = await apiFixture({ drivers });
  const url = '/v1/drivers/fake-hardware/raid/logical_disk_properties';
  const { body } = await ask('GET', url);
  expect(body).toMatchObject({ raid_level: expect.any(String), size_gb: expect.any(String) });
  expect((await ask('GET', url, { version: '1.11' })).status).toBe(406);
  const without = await ask('GET', '/v1/drivers/redfish/raid/logical_disk_properties');
  expect([without.status, fault(without)]).toEqual([
    404,
    'Driver redfish does not support raid (disabled or not implemented).',
  ]);
});

test.each([
  ['/v1/drivers/redfish/vendor_passthru?method=explode', 400, 'No handler for method explode'],
  ['/v1/drivers/redfish/vendor_passthru', 400, 'Method not specified'],
  ['/v1/drivers/none/vendor_passthru?method=x', 404, /Could not find the following driver/],
])('POST to %s is %d', async (url, status, text) => {
  const { ask } = await apiFixture({ drivers });
  const answer = await ask('POST', url, { body: {} });
  expect(answer.status).toBe(status);
  expect(fault(answer)).toMatch(text);
});

test('conductors are paged and sorted like every list, though there is one', async () => {
  const { ask } = await apiFixture({ drivers });
  const list = async (query: string) => ask('GET', `/v1/conductors?${query}`);
  expect((await list('limit=5&sort_key=hostname&sort_dir=desc')).body.conductors).toHaveLength(1);
  expect((await list('marker=ingot')).body.conductors).toEqual([]);
  const unknown = await list('marker=nobody');
  expect([unknown.status, fault(unknown)]).toEqual([404, 'Conductor nobody could not be found.']);
  expect((await list('sort_key=alive')).status).toBe(400);
  expect((await list('limit=0')).status).toBe(400);
});
