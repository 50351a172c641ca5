import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aNode } from '../api/fixtures.ts';
import { daemonFixture } from './fixtures.ts';

test('fields are set as JSON or text, a secret from a file, and taken away again', async () => {
  const { node, store, folder } = await daemonFixture();
  await store.nodes.insert(aNode());
  const secret = join(folder, 'secret');
  writeFileSync(secret, 'hunter2\n');
  const { code, out } = await node(
    ...['set', 'rack1-07', 'description=top of rack', 'extra/slot=7', 'retired=true'],
    `driver_info/redfish_password=@${secret}`,
  );
  expect({ code, out }).toEqual({
    code: 0,
    out: 'rack1-07: description, extra/slot, retired, driver_info/redfish_password changed.\n',
  });
  expect(await store.nodes.find('rack1-07')).toMatchObject({
    description: 'top of rack',
    extra: { slot: 7 },
    retired: true,
    driver_info: { redfish_password: 'hunter2' },
  });
  expect((await node('unset', 'rack1-07', 'description', 'extra/slot')).code).toBe(0);
  expect(await store.nodes.find('rack1-07')).toMatchObject({ description: null, extra: {} });
  expect(JSON.parse((await node('set', 'rack1-07', 'description=x', '--json')).out).node).toMatchObject({
    description: 'x',
    driver_info: { redfish_password: '******' },
  });
});

test.each([
  { word: 'description', code: 2, says: '"description" is not FIELD=VALUE' },
  { word: 'driver_info/redfish_password=hunter2', code: 2, says: 'write driver_info/redfish_password=@FILE' },
  { word: 'driver_info={"redfish_password": "hunter2"}', code: 2, says: 'write driver_info/NAME=@FILE' },
  { word: 'driver_info/snmp_community=x', code: 2, says: 'write driver_info/snmp_community=@FILE' },
  { word: 'driver_info/deep={"a": [{"api_key": "x"}]}', code: 2, says: 'write driver_info/deep/NAME=@FILE' },
  {
    word: 'instance_info/image_url=https://u:p@mirror/debian.raw',
    code: 2,
    says: 'write instance_info/image_url=@FILE',
  },
  {
    word: 'instance_info/image_source=https://u:p@mirror/debian.raw',
    code: 2,
    says: 'write instance_info/image_source=@FILE',
  },
  { word: 'instance_info/configdrive=H4sI', code: 2, says: 'write instance_info/configdrive=@FILE' },
  { word: 'colour=red', code: 1, says: 'Cannot patch /colour' },
  { word: 'description=@/nowhere', code: 1, says: '/nowhere' },
])('$word is refused: $says', async ({ word, code, says }) => {
  const { node, store } = await daemonFixture();
  await store.nodes.insert(aNode());
  const refused = await node('set', 'rack1-07', word);
  expect(refused.code).toBe(code);
  expect(refused.err).toContain(says);
});

test.each([
  'driver_info/redfish_password=null',
  'driver_info={"redfish_address": "https://10.30.0.7"}',
  'instance_info/image_source=https://mirror/debian.raw',
  'extra/token_ring=7',
])('%s holds no secret and is taken', async (word) => {
  const { node, store } = await daemonFixture();
  await store.nodes.insert(aNode());
  expect((await node('set', 'rack1-07', word)).code).toBe(0);
});
