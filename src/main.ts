#!/usr/bin/env node
import { CommandError } from './cli/arguments.ts';
import { keepCompiledCode } from './cli/compile-cache.ts';
import { ConfigError } from './config.ts';
import { SkeinError } from './core/errors.ts';

const HELP = `skein: AI conversation threads that you own, over GraphQL

Usage: skein COMMAND [options]

Commands:
  serve         Run the GraphQL API.
  import FILE   Import conversations from a file.
  reindex       Embed everything anew after a switch of embedding models.
  eval FILE     Score the search on labelled questions.
  doctor        Print the configuration in force and try each part.

skein COMMAND --help says more about one.
`;

type Command = { readonly help: string; readonly run: (args: readonly string[]) => Promise<number> };

/** Loaded one by one: `--help` need not wait for a database and a model. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => {
    const { HELP: help, serve: run } = await import('./cli/serve.ts');
    return { help, run };
  },
  import: async () => {
    const { HELP: help, importCommand: run } = await import('./cli/import-command.ts');
    return { help, run };
  },
  reindex: async () => {
    const { HELP: help, reindex: run } = await import('./cli/reindex.ts');
    return { help, run };
  },
  eval: async () => {
    const { HELP: help, evalCommand: run } = await import('./cli/eval.ts');
    return { help, run };
  },
  doctor: async () => {
    const { HELP: help, doctor: run } = await import('./cli/doctor.ts');
    return { help, run };
  },
};

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(HELP);
    return name === undefined ? 2 : 0;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) {
    throw new CommandError(`skein does not know “${name}”. It knows ${Object.keys(COMMANDS).join(', ')}.`);
  }
  const command = await load();
  if (args.includes('--help') || args.includes('-h')) {
    console.log(command.help);
    return 0;
  }
  return command.run(args);
}

keepCompiledCode();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const forPeople = error instanceof CommandError || error instanceof ConfigError || error instanceof SkeinError;
  console.error(forPeople ? error.message : error);
  process.exitCode = error instanceof CommandError || error instanceof ConfigError ? 2 : 1;
}
