/** Whatever is secret of a node is in none of the renderings of its boot: DHCP, iPXE's script, GRUB's configuration. */
import { describe, expect, test } from 'vitest';
import { bootClientOf } from '../../src/boot/client.ts';
import { type BootEntry, decideBoot } from '../../src/boot/decision.ts';
import { renderDhcpBootFields } from '../../src/boot/dhcp-fields.ts';
import { renderGrubConfig } from '../../src/boot/grub-config.ts';
import { renderIpxeScript } from '../../src/boot/ipxe-script.ts';
import { bootEntries } from '../../src/daemon/machines/boot-table.ts';
import { agentToken, lcmToken } from '../../src/lifecycle/agents/tokens.ts';
import type { NodePatch } from '../../src/store/store.ts';
import type { BootIntent } from '../../src/store/words.ts';
import { CLIENTS, entry as entryOf, MAC, SITE } from '../boot/fixtures.ts';
import { temporaryStore } from '../store/temporary-store.ts';

const KEY = new Uint8Array(32).fill(7);
const INTENTS: readonly BootIntent[] = ['ramdisk', 'instance', 'disk'];
const FILES = { has: () => true };

/** In every field that operators and ingot keep secrets in, or might. */
const HIDDEN = 'hidden-from-the-wire';
const SECRETS = {
  driver_info: {
    redfish_address: `https://root:${HIDDEN}@10.30.0.5`,
    redfish_password: HIDDEN,
    nested: { token: HIDDEN },
  },
  extra: { note: HIDDEN },
  properties: { capabilities: 'boot_mode:uefi', note: HIDDEN },
  network_data: { services: [{ note: HIDDEN }] },
} satisfies NodePatch;

/** What `instance_info` may say; each with the secret somewhere. */
const INSTANCES = {
  'an image that is fetched with a login': {
    image_source: `http://user:${HIDDEN}@10.9.9.9/image.raw`,
    configdrive: { user_data: HIDDEN },
    rescue_password: HIDDEN,
    hashed_rescue_password: HIDDEN,
  },
  'a kernel that is fetched with a login': {
    kernel: `http://user:${HIDDEN}@10.9.9.9/vmlinuz`,
    ramdisk: 'http://10.9.9.9/initrd',
  },
  'a ramdisk whose URL is signed': {
    kernel: 'http://10.9.9.9/vmlinuz',
    ramdisk: `http://10.9.9.9/initrd?X-Amz-Signature=${HIDDEN}`,
  },
  'a password for its kernel': {
    kernel: 'http://10.9.9.9/vmlinuz',
    ramdisk: 'http://10.9.9.9/initrd',
    kernel_append_params: `quiet live.password=${HIDDEN}`,
  },
  'an ISO behind a token': { boot_iso: `https://10.9.9.9/live.iso?token=${HIDDEN}` },
  'a kernel, and a config drive beside it': {
    kernel: 'http://10.9.9.9/vmlinuz',
    ramdisk: 'http://10.9.9.9/initrd',
    configdrive: { user_data: HIDDEN },
  },
};

type Rendering = { readonly of: string; readonly text: string };

/** All that a machine with this entry can be told before its kernel runs. */
function renderings(entry: BootEntry): readonly Rendering[] {
  const kernelArgs = 'console=ttyS0';
  const scripts = [false, true].flatMap((stuck) => [
    { of: 'iPXE script', text: renderIpxeScript({ mac: MAC, entry, site: SITE, kernelArgs, stuck }) },
    { of: 'GRUB configuration', text: renderGrubConfig({ mac: MAC, entry, site: SITE, kernelArgs, stuck }) },
  ]);
  const dhcp = Object.entries(CLIENTS).flatMap(([name, options]) => {
    const client = bootClientOf(options);
    const decision = decideBoot({ client, mac: MAC, entry, site: SITE, files: FILES });
    return [false, true].map((asProxy) => {
      const fields = renderDhcpBootFields({ decision, client, site: SITE, asProxy });
      const bytes = Buffer.concat((fields?.options ?? []).map(({ value }) => Buffer.from(value)));
      return {
        of: `DHCP for ${name}`,
        text: `${JSON.stringify(decision)} ${fields?.file} ${bytes.toString('latin1')}`,
      };
    });
  });
  return [...scripts, ...dhcp];
}

describe.each(Object.entries(INSTANCES))('a node with %s', (_name, instance_info) => {
  test.each(INTENTS)(
    'and the intent %s shows no secret in any rendering of its boot',
    async (boot_intent) => {
      const store = await temporaryStore();
      const uuid = '11111111-1111-4111-8111-111111111111';
      await store.nodes.insert({ uuid, name: 'rack1-07', driver: 'redfish' });
      const port = await store.ports.insert({ uuid, node_uuid: uuid, address: MAC });
      for (const secureBoot of [false, true]) {
        const capabilities = `secure_boot:${secureBoot}`;
        const node = await store.nodes.update(uuid, {
          ...SECRETS,
          instance_info,
          boot_intent,
          properties: { ...SECRETS.properties, capabilities },
          boot_generation: 3,
          instance_generation: 2,
        });
        const secrets = [
          HIDDEN,
          agentToken(KEY, node),
          lcmToken(KEY, node),
          Buffer.from(KEY).toString('hex'),
        ];
        const [entry] = bootEntries(node, [port], KEY);
        if (entry === undefined) throw new Error('the node has no entry');
        const all = renderings(entry);
        expect(all.length).toBeGreaterThan(10);
        for (const { of, text } of all)
          for (const secret of secrets) expect(text.includes(secret), `${of}: ${text}`).toBe(false);
      }
    },
  );
});

test('what is looked for would be found: an instance that is no secret stands in its script', async () => {
  const store = await temporaryStore();
  const uuid = '11111111-1111-4111-8111-111111111111';
  await store.nodes.insert({ uuid, name: 'rack1-07', driver: 'redfish' });
  const port = await store.ports.insert({ uuid, node_uuid: uuid, address: MAC });
  const instance_info = { kernel: 'http://10.9.9.9/vmlinuz-to-see', ramdisk: 'http://10.9.9.9/initrd' };
  const node = await store.nodes.update(uuid, { instance_info, boot_intent: 'instance' });
  const [entry] = bootEntries(node, [port], KEY);
  if (entry === undefined) throw new Error('the node has no entry');
  expect(renderings(entry).some(({ text }) => text.includes('vmlinuz-to-see'))).toBe(true);
});

test('the ticket of a boot stands in the two scripts that boot the ramdisk, and nowhere for somebody else', () => {
  const entry = { ...entryOf('ramdisk'), ticket: HIDDEN };
  const holding = renderings(entry).flatMap(({ of, text }) => (text.includes(HIDDEN) ? [of] : []));
  expect(holding).toEqual(['iPXE script', 'GRUB configuration']);
  const facts = { mac: MAC, entry, site: SITE, kernelArgs: '', stranger: 'it is somebody else' };
  for (const text of [renderIpxeScript(facts), renderGrubConfig(facts)]) expect(text).not.toContain(HIDDEN);
});
