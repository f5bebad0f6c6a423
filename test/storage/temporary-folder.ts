import { mkdtempSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** An empty folder, links resolved, that is removed with all it holds after the test. */
export function aTemporaryFolder(test: TestContext): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'skein-'));
  test.after(() => rm(folder, { recursive: true }));
  return folder;
}
