import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

/** A command that cannot be carried out as it was given. Its message is for the person who typed it. */
export class CommandError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CommandError';
  }
}

/**
 * Parses a command's options and operands.
 * @param command its name, for errors
 * @param operands the names of what must follow the options, in order
 * @throws CommandError on an unknown option, a missing value, or operands that are missing or too many
 */
export function parseOptions<Options extends ParseArgsOptionsConfig>(
  command: string,
  args: readonly string[],
  options: Options,
  operands: readonly string[] = [],
) {
  const advice = `\`skein ${command} --help\` lists what it takes.`;
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    const [missing] = operands.slice(parsed.positionals.length);
    if (missing !== undefined) throw new CommandError(`skein ${command} needs ${missing}. ${advice}`);
    const extra = parsed.positionals[operands.length];
    if (extra !== undefined)
      throw new CommandError(`skein ${command} does not know what to do with “${extra}”. ${advice}`);
    return parsed;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node's sentence, without its advice on operands that look like options.
    const [fault = ''] = error.message.split('. ');
    throw new CommandError(`skein ${command}: ${fault}. ${advice}`);
  }
}
