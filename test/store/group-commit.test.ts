/** Units of work that share a transaction: what one of them does to the others, and when each is told. */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Statement } from 'better-sqlite3';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openReader, openWriter } from '../../src/store/database.ts';
import { createGroupCommit, type GroupCommit } from '../../src/store/group-commit.ts';
import { temporaryPath } from './temporary-store.ts';

type Notes = {
  readonly connection: ReturnType<typeof openWriter>;
  readonly commits: GroupCommit;
  readonly write: (text: string) => void;
  /** As another connection sees them: what is committed. */
  readonly committed: () => readonly unknown[];
  /** How many pages the database may still have. */
  readonly bound: (pages: number) => void;
};

function notes(): Notes {
  const path = temporaryPath();
  const connection = openWriter(path);
  connection.exec('CREATE TABLE notes (text TEXT UNIQUE)');
  const reader = openReader(path);
  onTestFinished(() => void [reader, connection].map((one) => one.close()));
  const insert = connection.prepare('INSERT INTO notes VALUES (?)');
  return {
    connection,
    // However slow the machine is: what shares a transaction is in question here.
    commits: createGroupCommit(connection, turnOfTheLoop, Number.POSITIVE_INFINITY),
    write: (text) => void insert.run(text),
    committed: () => reader.prepare('SELECT text FROM notes').pluck().all(),
    bound: (pages) => void connection.pragma(`max_page_count = ${pages}`),
  };
}

it('commits the units of one turn together, and tells nobody before', async () => {
  const { commits, write, committed } = notes();
  const seen: unknown[] = [];
  const unit = (text: string): Promise<void> =>
    commits.run(async () => {
      write(text);
      seen.push(committed().length);
    });
  await Promise.all(['one', 'two', 'three'].map(unit));
  expect(seen).toEqual([0, 0, 0]);
  expect(committed()).toEqual(['one', 'two', 'three']);
});

it('takes back the writes of a unit that fails, and of no other', async () => {
  const { commits, write, committed } = notes();
  const failing = commits.run(async () => {
    write('half');
    throw new Error('the other half is missing');
  });
  const results = await Promise.allSettled([
    commits.run(async () => write('before')),
    failing,
    commits.run(async () => write('after')),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  await expect(failing).rejects.toThrow('the other half is missing');
  expect(committed()).toEqual(['before', 'after']);
});

it('shows a unit what those before it have written, and lets none run beside another', async () => {
  const { commits } = notes();
  const order: string[] = [];
  const unit = (name: string): Promise<void> =>
    commits.run(async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ends`);
    });
  await Promise.all([unit('one'), unit('two')]);
  expect(order).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
});

it('tells every unit of a transaction that a full disk has ended, and goes on with the next', async () => {
  const { commits, write, committed, bound } = notes();
  bound(4);
  const results = await Promise.allSettled([
    commits.run(async () => write('small')),
    commits.run(async () => write('x'.repeat(100_000))),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(committed()).toEqual([]);
  bound(1_000);
  await commits.run(async () => write('later'));
  expect(committed()).toEqual(['later']);
});

it('has no unit left when it is settled', async () => {
  const { commits, write, committed } = notes();
  void commits.run(async () => write('one')).then(() => commits.run(async () => write('two')));
  await commits.settled();
  expect(committed()).toEqual(['one', 'two']);
});

it('counts the time of a transaction from its begin, however long that had to wait for another writer', async () => {
  const { connection, commits, write, committed } = notes();
  const statements: Pick<Statement, 'run'> = Object.getPrototypeOf(connection.prepare('SELECT 1'));
  const { run } = statements;
  let begun = 0;
  const slow = vi.spyOn(statements, 'run').mockImplementation(function (this: Statement, ...given) {
    if (this.source === 'BEGIN IMMEDIATE' && ++begun === 1) sleepSync(30);
    return run.apply(this, given);
  });
  onTestFinished(() => slow.mockRestore());
  await commits.run(async () => write('patient'));
  expect(committed()).toEqual(['patient']);
  expect(begun).toBe(1);
});

/** Milliseconds in which this thread does nothing, as while SQLite waits for a lock. */
function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
