import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openSqlite, type SqliteOptions } from '../../../src/storage/sqlite/engine.ts';
import type { Engine } from '../../../src/storage/store.ts';
import { aTemporaryFolder } from '../temporary-folder.ts';

/** The path of a data file that is not there yet, in a folder that is removed after the test. */
export function aDataFile(test: TestContext): string {
  return join(aTemporaryFolder(test), 'skein.db');
}

/** An engine that is closed after the test, if the test has not closed it. */
export async function openFor(test: TestContext, options: SqliteOptions): Promise<Engine> {
  const engine = await openSqlite(options);
  test.after(() => engine.close());
  return engine;
}
