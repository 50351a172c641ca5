/** `ingot image list`, `show`, `add` and `remove`. */
import { IngotError } from '../../errors.ts';
import type { AddedImageAnswer, ImageAnswer } from '../answers.ts';
import { flag, text, usage, WAIT_OPTIONS } from '../arguments.ts';
import { type Call, type Command, printJson } from '../command.ts';
import { CHECKSUM_FORMS, FORMAT_HELP, readChecksum, readImage } from '../image.ts';
import { EXIT } from '../io.ts';
import { formatBytes, formatFacts, formatTable, formatValue } from '../table.ts';
import { DEFAULT_TIMEOUT_S, timeoutOf } from './verbs.ts';

const SHOWN_ID = 12;
const POLL_MS = 1_000;

export const imageList: Command = {
  usage: 'ingot image list',
  summary: 'Lists the images in the cache, the last used first, and those on their way.',
  options: {},
  least: 0,
  most: 0,
  async run({ client, io, json }) {
    const images = await client.images.list();
    const rows = images.map((image) => [
      image.id.slice(0, SHOWN_ID),
      stateOf(image),
      ...(image.state === 'ready'
        ? [formatBytes(image.size), formatBytes(image.disk_bytes), image.used_at]
        : ['-', '-', '-']),
      image.source ?? '-',
    ]);
    const table = formatTable(['id', 'state', 'size', 'on disk', 'used', 'source'], rows);
    if (json) printJson(io, { images });
    else io.out(`${table}${images.map(failureLine).join('')}` || 'No images.\n');
    return EXIT.ok;
  },
};

export const imageShow: Command = {
  usage: 'ingot image show ID',
  summary: 'Shows one image; the beginning of its id is enough.',
  options: {},
  least: 1,
  most: 1,
  async run(call) {
    const image = await imageOf(call);
    if (call.json) printJson(call.io, { image });
    else
      call.io.out(
        formatFacts(Object.entries(plainFacts(image)).map(([key, value]) => [key, formatValue(value)])),
      );
    return EXIT.ok;
  },
};

export const imageAdd: Command = {
  usage: 'ingot image add URL|FILE|@FILE --checksum sha256:HEX [--format raw|qcow2] [--wait [--timeout S]]',
  summary: 'Fetches, verifies and converts an image ahead of the first deployment.',
  details: `
  @FILE                   a file that holds the URL, for one with a login or a signature (@-: standard input)
  --checksum ALGO:HEX     sha256:… or sha512:… of that file
${FORMAT_HELP}  --wait                  stay until it is ready, and tell how far it is
  --timeout S             with --wait: give up after S seconds (default ${DEFAULT_TIMEOUT_S}); the daemon goes on
`,
  options: { checksum: { type: 'string' }, format: { type: 'string' }, ...WAIT_OPTIONS },
  least: 1,
  most: 1,
  async run(call) {
    const { client, io, json, positionals, values } = call;
    const [source = ''] = positionals;
    const checksum = text(values, 'checksum');
    if (checksum === null) throw usage('Give --checksum: no image is written unchecked', call.usage);
    const timeoutMs = timeoutOf(call);
    const hash = readChecksum(checksum, { forms: CHECKSUM_FORMS, usageLine: call.usage });
    const format = text(values, 'format');
    const image = await readImage({ source, format, asFile: '@FILE in its place' }, call.usage);
    const asked = await client.images.add({ ...image, checksum: hash });
    io.err(otherSource(asked));
    const now = flag(values, 'wait') ? await untilReady(call, asked, timeoutMs) : asked;
    if (json) printJson(io, { image: now });
    else io.out(`${now.id.slice(0, SHOWN_ID)}: ${stateOf(now)}.\n`);
    return EXIT.ok;
  },
};

export const imageRemove: Command = {
  usage: 'ingot image remove ID [--force]',
  summary: 'Removes an image from the cache; the next deployment fetches it again.',
  details: '\n  --force   also one that was used in the last ten minutes\n',
  options: { force: { type: 'boolean' } },
  least: 1,
  most: 1,
  async run(call) {
    const { id } = await imageOf(call);
    await call.client.images.remove(id, { force: flag(call.values, 'force') });
    if (call.json) printJson(call.io, { removed: id });
    else call.io.out(`${id.slice(0, SHOWN_ID)}: removed.\n`);
    return EXIT.ok;
  },
};

/** The one image whose id begins so. Throws `not_found`, or `conflict` when there are several. */
async function imageOf({ client, positionals }: Call): Promise<ImageAnswer> {
  const [start = ''] = positionals;
  const [image, ...others] = (await client.images.list()).filter(({ id }) => id.startsWith(start));
  if (image !== undefined && others.length === 0) return image;
  const hint = '`ingot image list` shows all.';
  throw image === undefined
    ? new IngotError('not_found', `No image has an id that begins with "${start}"`, { hint })
    : new IngotError('conflict', `The ids of several images begin with "${start}"`, { hint });
}

/** Throws the image's own error when it fails, `timeout` when time is over. */
async function untilReady(call: Call, asked: ImageAnswer, timeoutMs: number): Promise<ImageAnswer> {
  const { client, io } = call;
  const until = io.clock.elapsed() + timeoutMs;
  let told = '';
  for (let image: ImageAnswer | undefined = asked; ; ) {
    if (image === undefined)
      throw new IngotError('environment', 'The daemon has forgotten the image: it was started anew', {
        hint: 'Ask for it again.',
      });
    if (image.state === 'ready') return image;
    if (image.state === 'failed')
      throw new IngotError('image_invalid', image.error.message, { hint: image.error.hint });
    if (io.clock.elapsed() >= until)
      throw new IngotError('timeout', `The image is not ready after ${timeoutMs / 1000} s`, {
        hint: 'The daemon goes on with it: `ingot image list` tells how far it is.',
      });
    const line = `${image.id.slice(0, SHOWN_ID)}: ${stateOf(image)}\n`;
    if (line !== told) io.err(line);
    told = line;
    await io.clock.sleep(POLL_MS, io.signal);
    image = (await client.images.list()).find(({ id }) => id === asked.id);
  }
}

/** One checksum and format are one image, whatever it is called: empty where it is fetched from what was asked. */
function otherSource({ id, state, source, asked_source }: AddedImageAnswer): string {
  if (source === asked_source) return '';
  const before = state === 'ready' ? 'is here already' : 'is on its way already';
  const from = source === null ? '' : `, from ${source}`;
  const next =
    state === 'ready' ? 'is not fetched' : 'is not fetched, unless that fails and you add it again';
  return `${id.slice(0, SHOWN_ID)}: what has this checksum ${before}${from}; ${asked_source} ${next}.\n`;
}

/** Why an image is not there; empty for the others. */
function failureLine(image: ImageAnswer): string {
  if (image.state !== 'failed') return '';
  return `${image.id.slice(0, SHOWN_ID)} failed: ${image.error.message} ${image.error.hint}\n`;
}

function plainFacts(image: ImageAnswer): object {
  return image.state === 'failed' ? { ...image, error: image.error.message, hint: image.error.hint } : image;
}

function stateOf(image: ImageAnswer): string {
  return image.state === 'preparing' ? `preparing, ${image.percent} %` : image.state;
}
