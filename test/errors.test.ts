import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { asIngotError, IngotError } from '../src/errors.ts';

it('an error that another thread ended with keeps its code and its hint', async () => {
  const errors = new URL('../src/errors.ts', import.meta.url).href;
  const source = `
    import { IngotError } from ${JSON.stringify(errors)};
    throw new IngotError('environment', 'the disk is full', { hint: 'Free space.' });
  `;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  const [thrown]: unknown[] = await once(worker, 'error').catch((error: unknown) => [error]);
  const error = asIngotError(thrown, 'starting');
  expect(error).toBeInstanceOf(IngotError);
  expect(error).toMatchObject({ code: 'environment', message: 'the disk is full', hint: 'Free space.' });
});

it('says nothing that a terminal would obey, whoever sent it', () => {
  const hint = 'Look at \x9b2Jthe log.\nThen at the BMC.';
  expect(new IngotError('bmc_refused', 'it said \x1b[31mno\x07', { hint })).toMatchObject({
    message: 'it said no ',
    hint: 'Look at the log.\nThen at the BMC.',
  });
});

it.each([
  ['a foreign error', new Error('boom')],
  ['one with a code of its own', Object.assign(new Error('boom'), { code: 'ENOENT', hint: 'x' })],
  ['what is no error', 'boom'],
])('%s is a defect, with its words kept', (_name, thrown) => {
  expect(asIngotError(thrown, 'starting')).toMatchObject({ code: 'internal', message: 'starting: boom' });
});
