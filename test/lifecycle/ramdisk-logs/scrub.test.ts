import { describe, expect, it } from 'vitest';
import { scrubbed, secretsOf } from '../../../src/lifecycle/ramdisk-logs/scrub.ts';
import { createWorld } from '../fakes/world.ts';

const scrub = (text: string, secrets: readonly string[] = []): string =>
  scrubbed(Buffer.from(text, 'latin1'), secrets).toString('latin1');

describe('logs that are kept', () => {
  it.each([
    ['POST /v1/commands?wait=true&agent_token=aBc-123_x HTTP', '=*********', ' HTTP'],
    [`{'agent_secret_token': 'aBc-123_x', 'uuid'`, `'*********'`, `, 'uuid'`],
    ['{"rescue_password": "open", "hashed"', '"****"', ', "hashed"'],
    ['rescue:$5$saltsalt$abcdefghijkl:0', `rescue:${'*'.repeat(24)}:0`, ':0'],
    ['get http://user:hunter2@images/x', 'user:*******@images', '/x'],
  ])('%s: have asterisks in place of what its name or its look tells of', (text, masked, kept) => {
    const result = scrub(text);
    expect(result).toContain(masked);
    expect(result).toContain(kept);
    expect(result).toHaveLength(text.length);
  });

  it('have them in place of every secret that is known, and nothing else changed', () => {
    expect(scrub('a s3cr3t-word\n b s3cr3t-word, c', ['s3cr3t-word', 'a'])).toBe(
      'a ***********\n b ***********, c',
    );
  });

  it.each([
    ['first', ['secret-1', 'secret-1-and-more']],
    ['last', ['secret-1-and-more', 'secret-1']],
  ])('have them in place of all of a secret whose beginning is another one, given %s', (_, secrets) => {
    expect(scrub('a secret-1-and-more, a secret-1', secrets)).toBe(`a ${'*'.repeat(17)}, a ${'*'.repeat(8)}`);
  });

  it.each([
    ['as it is', 'pass"w\\ördé'],
    ['in JSON', String.raw`pass\"w\\ördé`],
    ['in the JSON of Python', String.raw`pass\"w\\\u00f6rd\u00e9`],
  ])('have them in place of a secret written %s', (_, spelt) => {
    const written = Buffer.from(`{"x": "${spelt}"}`);
    const kept = scrubbed(written, ['pass"w\\ördé']).toString('latin1');
    expect(kept).toBe(`{"x": "${'*'.repeat(Buffer.byteLength(spelt))}"}`);
  });

  it('are not kept when more secrets are known than can be looked for', () => {
    const secrets = Array.from({ length: 201 }, (_, index) => `secret-${index}`);
    expect(() => scrub('a log', secrets)).toThrow('201 secrets to take out of them, more than 200');
    expect(scrub('a secret-7', [...secrets.slice(1), ...secrets.slice(1)])).toBe('a ********');
  });

  it('keep every byte that is no text', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    expect(scrubbed(bytes, ['nothing of it']).equals(bytes)).toBe(true);
  });

  it('know the secrets in the fields of the node', async () => {
    const node = await (await createWorld()).node();
    const fields = {
      driver_info: { redfish_password: 'bmc-word', redfish_address: 'https://bmc' },
      instance_info: { configdrive: { user_data: 'drive-word' }, image_source: 'http://i' },
    };
    expect(secretsOf({ ...node, ...fields })).toEqual(['bmc-word', 'drive-word']);
  });

  it('know those in lists and in URLs, too', async () => {
    const node = await (await createWorld()).node();
    const fields = {
      driver_info: { users: [{ name: 'a', password: 'in-a-list' }], tokens: ['one-of', 'many'] },
      instance_info: { image_source: 'https://u:in-a-url@h/i.raw?part=2&sig=signed' },
    };
    expect(secretsOf({ ...node, ...fields })).toEqual(['in-a-list', 'one-of', 'many', 'in-a-url', 'signed']);
  });
});
