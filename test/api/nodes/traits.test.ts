import { expect, test } from 'vitest';
import { aNode, apiFixture, fault, NODE } from '../fixtures.ts';

const TRAITS = `/v1/nodes/${NODE}/traits`;

async function withTraits(...traits: readonly string[]) {
  const fixture = await apiFixture();
  await fixture.store.nodes.insert(aNode({ traits }));
  return { ...fixture, traits: async () => (await fixture.ask('GET', TRAITS)).body.traits };
}

test('traits are replaced as a list, sorted, each once', async () => {
  const { ask, traits } = await withTraits('CUSTOM_OLD');
  const body = { traits: ['HW_CPU_X86_VMX', 'CUSTOM_GPU', 'CUSTOM_GPU'] };
  expect((await ask('PUT', TRAITS, { body })).status).toBe(204);
  expect(await traits()).toEqual(['CUSTOM_GPU', 'HW_CPU_X86_VMX']);
  expect((await ask('GET', `/v1/nodes/${NODE}`)).body.traits).toEqual(['CUSTOM_GPU', 'HW_CPU_X86_VMX']);
});

test('one trait is added, with its place told, and taken away', async () => {
  const { ask, traits } = await withTraits('CUSTOM_A');
  const added = await ask('PUT', `${TRAITS}/CUSTOM_B`);
  expect(added.status).toBe(204);
  expect(added.headers.location).toMatch(/\/traits\/CUSTOM_B$/);
  expect((await ask('DELETE', `${TRAITS}/CUSTOM_A`)).status).toBe(204);
  expect(await traits()).toEqual(['CUSTOM_B']);
  expect((await ask('DELETE', TRAITS)).status).toBe(204);
  expect(await traits()).toEqual([]);
});

test.each([
  ['PUT', `${TRAITS}/custom_b`, undefined, 400, /a trait is CUSTOM_/],
  ['PUT', TRAITS, { traits: ['RED'] }, 400, /a trait is CUSTOM_/],
  ['PUT', TRAITS, {}, 400, /traits/],
  ['PUT', `${TRAITS}/CUSTOM_B`, { traits: [] }, 400, /^No body should be provided when adding a trait$/],
  ['DELETE', `${TRAITS}/CUSTOM_B`, undefined, 404, /doesn't have a trait 'CUSTOM_B'$/],
  [
    'PUT',
    TRAITS,
    { traits: Array.from({ length: 51 }, (_, index) => `CUSTOM_${index}`) },
    400,
    /maximum number of traits per node \(51 vs\. 50\)$/,
  ],
] as const)('%s %s with %j answers %d', async (method, url, body, status, text) => {
  const { ask } = await withTraits();
  const answer = await ask(method, url, body === undefined ? {} : { body });
  expect(answer.status).toBe(status);
  expect(fault(answer)).toMatch(text);
});

test('before 1.37 they are not acceptable, as Ironic says it', async () => {
  const { ask } = await withTraits();
  expect((await ask('GET', TRAITS, { version: '1.36' })).status).toBe(406);
});
