import { DatabaseSync } from 'node:sqlite';

/** A plain full-text table of a data file's contents, in memory: what a search by words is compared with. */
export type BareKeywordSearch = {
  /** Runs a search for any of the words. @returns how many it found */
  search(query: string, count: number): number;
  close(): void;
};

/** @param owner whose messages; all when not given */
export function bareKeywordSearch(path: string, owner?: string): BareKeywordSearch {
  const db = new DatabaseSync(':memory:');
  db.exec(`ATTACH '${path.replaceAll("'", "''")}' AS data`);
  db.exec("CREATE VIRTUAL TABLE texts USING fts5 (content, tokenize = 'porter unicode61')");
  db.prepare(
    `INSERT INTO texts (content) SELECT m.content FROM data.messages m JOIN data.owners o USING (owner_row)
     WHERE ?1 IS NULL OR o.owner = ?1`,
  ).run(owner ?? null);
  db.exec('DETACH data');
  const select = db.prepare('SELECT rowid, content FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT +?');
  return {
    search: (query, count) => {
      const words = query.split(' ').map((word) => `"${word}"`);
      return select.all(words.join(' OR '), count).length;
    },
    close: () => {
      db.close();
    },
  };
}
