import { openEmbedder, openEngine } from '../compose.ts';
import { readConfig } from '../config.ts';
import { isSameModel } from '../core/embedding-model.ts';
import { ownerId, tenantId } from '../core/identity.ts';
import { startMeter } from '../core/meter.ts';
import { countEvidence, evaluate, type Evaluation } from '../evaluation/evaluate.ts';
import { readLabelledQuestions } from '../evaluation/labelled-questions.ts';
import type { Measures } from '../evaluation/measures.ts';
import type { SearchMode } from '../search/hits.ts';
import { createSearch } from '../search/search.ts';
import { CommandError, parseOptions } from './arguments.ts';
import { createLog } from './log.ts';

export const HELP = `skein eval FILE

Scores the search on labelled questions, so that you can judge it on your own history.
FILE has one JSON object a line:

  {"question": "…", "evidence": ["THREAD KEY/MESSAGE KEY", …], "category": "…"}

The keys are those of the import, or the idempotency keys of createThread and
appendMessages; the category may be left out. Prints recall at 5, 10 and 20, the share
of questions all of whose evidence is among the first ten hits, nDCG at 10 and the mean
reciprocal rank, in percent. The server must not be running on the same file.

Options:
  --user NAME     Whose threads are searched (default: local).
  --tenant NAME   In which tenant (default: default).
  --mode MODE     HYBRID (default), KEYWORD or MEANING.
  --json          Print JSON instead of a table.
  --help          Print this.
`;

const MODES: Readonly<Record<string, SearchMode>> = { HYBRID: 'HYBRID', KEYWORD: 'KEYWORD', MEANING: 'MEANING' };

/** @returns the exit status */
export async function evalCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(
    'eval',
    args,
    {
      user: { type: 'string', default: 'local' },
      tenant: { type: 'string', default: 'default' },
      mode: { type: 'string', default: 'HYBRID' },
      json: { type: 'boolean', default: false },
    },
    ['FILE'],
  );
  const mode = Object.hasOwn(MODES, values.mode) ? MODES[values.mode] : undefined;
  if (mode === undefined) throw new CommandError('--mode is HYBRID, KEYWORD or MEANING.');
  const [file = ''] = positionals;
  const questions = await readLabelledQuestions(file);
  const scope = { tenant: tenantId(values.tenant), owner: ownerId(values.user) };
  const config = readConfig();
  const log = createLog(config.logLevel);
  const engine = await openEngine(config, log);
  try {
    const evidence = await countEvidence(engine.messages, scope, questions);
    if (evidence.missing === evidence.messages) {
      throw new CommandError(
        `No message that ${file} names is stored for ${scope.owner} in the tenant ${scope.tenant}. Import them first, or ` +
          'say where they are: --user, --tenant, SKEIN_DATA.',
      );
    }
    if (evidence.missing > 0) {
      const missing = `${String(evidence.missing)} of the ${String(evidence.messages)} messages that ${file} names`;
      console.error(`Not stored, and so not found: ${missing}.`);
    }
    const embedder = await openEmbedder(config, log);
    try {
      const pending = await engine.index.countPending(scope, { meter: startMeter() });
      if (pending > 0) console.error(`${String(pending)} messages are not findable by meaning yet; figures will rise.`);
      const { candidates, messages, index } = engine;
      const { serving } = await index.models({ meter: startMeter() });
      if (serving !== null && !isSameModel(serving, embedder)) {
        console.error(
          `The vectors that serve are of ${serving.model}, not ${embedder.model}: run skein reindex first.`,
        );
      }
      const search = createSearch({ candidates, messages, embedder: () => embedder, log, now: Date.now });
      print(await evaluate(search, scope, questions, mode), values.json);
      return 0;
    } finally {
      await embedder.close();
    }
  } finally {
    await engine.close();
  }
}

function print(evaluation: Evaluation, json: boolean): void {
  if (json) {
    console.log(JSON.stringify(evaluation));
    return;
  }
  const rows = Object.entries(evaluation.byCategory).map(([category, its]) => [category, row(its, its.questions)]);
  console.table(Object.fromEntries([['all', row(evaluation.all, evaluation.questions)], ...rows]));
}

function row(measures: Measures, questions: number): Record<string, number> {
  const percent = (share: number) => Math.round(share * 1_000) / 10;
  return {
    questions,
    'R@5': percent(measures.recall5),
    'R@10': percent(measures.recall10),
    'R@20': percent(measures.recall20),
    'all@10': percent(measures.all10),
    'nDCG@10': percent(measures.ndcg10),
    MRR: percent(measures.reciprocalRank),
  };
}
