import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { SkeinError } from '../../../src/core/errors.ts';
import { commitGroup } from '../../../src/storage/sqlite/group-commit.ts';
import { unpackError, type Answer, type Run } from '../../../src/storage/sqlite/wire.ts';

const operations = {
  add(db: DatabaseSync, value: number): number {
    db.prepare('INSERT INTO numbers VALUES (?)').run(value);
    return value;
  },
  refuse(): never {
    throw new SkeinError('NOT_FOUND', 'There is no such number.', { field: 'value' });
  },
  addThenFail(db: DatabaseSync, value: number): never {
    operations.add(db, value);
    throw new Error('Something went wrong.');
  },
  addThenRefuse(db: DatabaseSync, value: number): never {
    operations.add(db, value);
    return operations.refuse();
  },
  addOrphan(db: DatabaseSync, value: number): void {
    db.prepare('INSERT INTO numbers VALUES (?)').run(value);
    db.prepare('INSERT INTO orphans VALUES (?)').run(value);
  },
};

describe('a group of writes', () => {
  test('shares one transaction with what comes in while it runs', () => {
    const db = aDatabase();
    let begun = 0;
    db.setAuthorizer((action, what) => {
      const transaction = 22;
      if (action === transaction && what === 'BEGIN') begun += 1;
      return 0;
    });
    const answers = commit(db, [run('add', 1), run('add', 2), run('add', 3)]);
    assert.deepEqual(answers, [1, 2, 3]);
    assert.deepEqual(numbersIn(db), [1, 2, 3]);
    assert.equal(begun, 1);
  });

  test('one that is refused does not touch the others', () => {
    const db = aDatabase();
    const [first, refused, last] = commit(db, [run('add', 1), run('refuse', 2), run('add', 3)]);
    assert(refused instanceof SkeinError);
    assert.deepEqual(
      [refused.code, refused.field, refused.message],
      ['NOT_FOUND', 'value', 'There is no such number.'],
    );
    assert.deepEqual([first, last], [1, 3]);
    assert.deepEqual(numbersIn(db), [1, 3]);
  });

  for (const [failing, message] of [
    ['addThenFail', 'Something went wrong.'],
    ['addThenRefuse', 'There is no such number.'],
  ] as const) {
    test(`one that fails after it wrote, as ${failing} does, leaves nothing behind, and the others are stored`, () => {
      const db = aDatabase();
      const [first, failed, last] = commit(db, [run('add', 1), run(failing, 2), run('add', 3)]);
      assert(failed instanceof Error);
      assert.equal(failed.message, message);
      assert.deepEqual([first, last], [1, 3]);
      assert.deepEqual(numbersIn(db), [1, 3]);
    });
  }

  test('one that the commit fails on leaves nothing behind, and the others are stored', () => {
    const db = aDatabase();
    const [first, failed, last] = commit(db, [run('add', 1), run('addOrphan', 2), run('add', 3)]);
    assert(failed instanceof Error);
    assert.deepEqual([first, last], [1, 3]);
    assert.deepEqual(numbersIn(db), [1, 3]);
  });

  test('an operation that there is none of fails alone', () => {
    const db = aDatabase();
    const [unknown, added] = commit(db, [run('subtract', 1), run('add', 2)]);
    assert(unknown instanceof Error);
    assert.equal(added, 2);
  });
});

function aDatabase(): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  db.exec(`CREATE TABLE numbers (value);
    CREATE TABLE parents (value PRIMARY KEY);
    CREATE TABLE orphans (parent REFERENCES parents (value) DEFERRABLE INITIALLY DEFERRED);`);
  return db;
}

let lastId = 0;

function run(name: string, args: number): Run {
  lastId += 1;
  return { kind: 'run', id: lastId, name, args };
}

/** What each request came to: its value, or its error. */
function commit(db: DatabaseSync, requests: readonly Run[]): unknown[] {
  const coming = [...requests];
  const answers: Answer[] = [];
  for (let first = coming.shift(); first !== undefined; first = coming.shift()) {
    answers.push(...commitGroup(db, operations, first, () => coming.shift()));
  }
  return requests.map(({ id }) => outcomeOf(answers.find((answer) => answer.id === id)));
}

function outcomeOf(answer: Answer | undefined): unknown {
  assert(answer !== undefined);
  return answer.kind === 'done' ? answer.value : unpackError(answer.error);
}

function numbersIn(db: DatabaseSync): unknown[] {
  return db
    .prepare('SELECT value FROM numbers ORDER BY value')
    .all()
    .map(({ value }) => value);
}
