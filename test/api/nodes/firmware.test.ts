/** BIOS settings and firmware components in Ironic's shapes. */
import { expect, test } from 'vitest';
import { mergedReport } from '../../../src/lifecycle/firmware-report.ts';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';

const AT = `/v1/nodes/${NODE}`;
const REGISTERED = {
  attribute_type: 'Enumeration',
  allowable_values: ['On', 'Off'],
  lower_bound: null,
  upper_bound: null,
  min_length: null,
  max_length: null,
  read_only: false,
  reset_required: true,
  unique: null,
};
const TIMES = { created_at: '2026-11-23T12:00:00.000+00:00', updated_at: null };

async function withReport() {
  const fixture = await apiFixture();
  await fixture.store.nodes.insert(aNode());
  const reading = {
    bios: [{ name: 'Virtualization', value: 'On', ...REGISTERED }],
    components: [{ component: 'bios', current_version: '1.2' }],
  };
  const at = '2026-11-23T12:00:00.000Z';
  await fixture.store.firmwareReports.put(mergedReport(null, reading, { nodeUuid: NODE, at }));
  return fixture;
}

test('BIOS settings are listed by name and value, with all that is known of them where that is asked for', async () => {
  const { ask } = await withReport();
  const links = expect.arrayContaining([
    { rel: 'self', href: expect.stringContaining(`${AT}/bios/Virtualization`) },
  ]);
  const plain = { ...TIMES, name: 'Virtualization', value: 'On', links };
  expect((await ask('GET', `${AT}/bios`)).body).toEqual({ bios: [plain] });
  expect((await ask('GET', `${AT}/bios?detail=true`)).body).toEqual({ bios: [{ ...plain, ...REGISTERED }] });
  expect((await ask('GET', `${AT}/bios?fields=name,read_only`)).body).toEqual({
    bios: [{ name: 'Virtualization', read_only: false, links }],
  });
  expect((await ask('GET', `${AT}/bios/Virtualization`)).body).toEqual({
    Virtualization: { ...plain, ...REGISTERED },
  });
  const old = await ask('GET', `${AT}/bios/Virtualization`, { version: '1.73' });
  expect(old.body).toEqual({ Virtualization: plain });
});

test('firmware components are listed with their first, last and present versions', async () => {
  const { ask } = await withReport();
  const versions = { initial_version: '1.2', current_version: '1.2', last_version_flashed: null };
  expect((await ask('GET', `${AT}/firmware`)).body).toEqual({
    firmware: [{ ...TIMES, component: 'bios', ...versions }],
  });
  expect((await ask('GET', `${AT}/firmware?fields=component`)).body).toEqual({
    firmware: [{ component: 'bios' }],
  });
});

test.each([
  ['bios?detail=true', '1.73', /Invalid query parameter \?detail/],
  ['bios?fields=name', '1.73', /Invalid query parameter \?fields/],
  ['bios?fields=bogus', '1.95', /"bogus" are not valid/],
  ['bios?detail=true&fields=name', '1.95', /Can not specify \?detail=True and fields/],
  ['firmware?fields=bogus', '1.95', /"bogus" are not valid/],
])('%s at %s is refused', async (part, version, text) => {
  const { ask } = await withReport();
  const answer = await ask('GET', `${AT}/${part}`, { version });
  expect([answer.status, fault(answer)]).toEqual([400, expect.stringMatching(text)]);
});

test('they go with their node', async () => {
  const { ask, store } = await withReport();
  expect((await ask('DELETE', AT)).status).toBe(204);
  expect(await store.firmwareReports.get(NODE)).toBeNull();
});
