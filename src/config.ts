import { existsSync } from 'node:fs';
import { env, loadEnvFile } from 'node:process';
import { z } from 'zod';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const PROVIDERS = ['local', 'openai', 'azure-inference'] as const;

/** Where the names of authors and agents stand: in the protocol's own field, or in the text. */
const SPEAKER_NAMES = ['field', 'text'] as const;
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * The variables that Skein knows, with what each expects when it is wrong. The README's table follows it.
 * With no identity provider configured the request's headers say who is asking, so only this machine may ask.
 */
const environment = z.object({
  SKEIN_HOST: z
    .string()
    .refine((host) => LOOPBACK.has(host), {
      error:
        'expects a loopback address (127.0.0.1, ::1 or localhost): without an identity provider Skein believes whoever asks',
    })
    .default('127.0.0.1'),
  SKEIN_PORT: wholeNumber({ least: 0, most: 65_535, what: 'a port, 0 to 65535 (0: any free one)' }).default(4000),
  SKEIN_DATA: z.string().default('./data/skein.db'),
  COSMOS_ENDPOINT: endpoint('like https://NAME.documents.azure.com:443/').optional(),
  COSMOS_DATABASE: z.string().default('skein'),
  COSMOS_KEY: z.string().optional(),
  COSMOS_REGIONS: z
    .string()
    .transform((list) => list.split(',').map((region) => region.trim()))
    .pipe(z.array(z.string().min(1, { error: 'expects names of regions separated by commas, like West Europe' })))
    .default([]),
  SKEIN_CHAT: provider().default('local'),
  SKEIN_EMBEDDER: provider().default('local'),
  SKEIN_HISTORY_TOKENS: wholeNumber({
    least: 256,
    most: 2_000_000,
    what: 'how many tokens of a conversation a model is shown, 256 to 2000000',
  }).default(16_000),
  SKEIN_CORS_ORIGINS: z
    .string()
    .transform((list) => list.split(',').map((origin) => origin.trim()))
    .pipe(
      z.array(
        z.url({ protocol: /^https?$/, error: 'expects web origins separated by commas, like http://localhost:3000' }),
      ),
    )
    .default([]),
  OPENAI_BASE_URL: endpoint('like https://NAME.openai.azure.com/openai/v1/').default('https://api.openai.com/v1'),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_CHAT_MODEL: z.string().optional(),
  OPENAI_SPEAKER_NAMES: z.enum(SPEAKER_NAMES, { error: `expects one of ${SPEAKER_NAMES.join(', ')}` }).default('field'),
  OPENAI_EMBEDDING_MODEL: z.string().optional(),
  OPENAI_EMBEDDING_DIMENSIONS: dimensions().optional(),
  AZURE_INFERENCE_ENDPOINT: endpoint('like https://NAME.services.ai.azure.com/models').optional(),
  AZURE_INFERENCE_KEY: z.string().optional(),
  AZURE_INFERENCE_CHAT_MODEL: z.string().optional(),
  AZURE_INFERENCE_EMBEDDING_MODEL: z.string().optional(),
  AZURE_INFERENCE_EMBEDDING_DIMENSIONS: dimensions().optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `expects one of ${LOG_LEVELS.join(', ')}` }).default('info'),
});

type Environment = z.output<typeof environment>;

function wholeNumber({ least, most, what }: { least: number; most: number; what: string }) {
  return z
    .string()
    .refine((text) => /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most, {
      error: `expects ${what}`,
    })
    .transform(Number);
}

function provider() {
  return z.enum(PROVIDERS, { error: `expects one of ${PROVIDERS.join(', ')}` });
}

function endpoint(example: string) {
  return z.url({ protocol: /^https?$/, error: `expects a URL ${example}` });
}

function dimensions() {
  return wholeNumber({ least: 2, most: 4_096, what: 'how many numbers a vector has, 2 to 4096' });
}

/** A model somewhere, and how to reach it. A key is a secret: never printed. */
type Remote = { readonly endpoint: string; readonly key: string | null; readonly model: string };

/** Which model replies. */
export type ChatConfig =
  | { readonly kind: 'local' }
  | ({ readonly kind: 'openai'; readonly speakerNames: (typeof SPEAKER_NAMES)[number] } & Remote)
  | ({ readonly kind: 'azure-inference' } & Remote);

/** Which model embeds; `dimensions` null: as many as it gives. */
export type EmbedderConfig =
  | { readonly kind: 'local' }
  | ({ readonly kind: 'openai' | 'azure-inference'; readonly dimensions: number | null } & Remote);

/** Where threads are kept: in an SQLite file, or in a Cosmos DB account. */
export type StorageConfig =
  | { readonly kind: 'sqlite'; readonly path: string }
  | {
      readonly kind: 'cosmos';
      readonly endpoint: string;
      readonly database: string;
      readonly key: string | null;
      readonly regions: readonly string[];
    };

/** What is in force, parsed once. */
export type Config = {
  readonly host: string;
  readonly port: number;
  readonly storage: StorageConfig;
  readonly chat: ChatConfig;
  readonly embedder: EmbedderConfig;
  /** How many tokens of a conversation a model is shown. */
  readonly historyTokens: number;
  /** Web origins, besides Skein's own, whose pages may ask. */
  readonly corsOrigins: readonly string[];
  readonly logLevel: (typeof LOG_LEVELS)[number];
};

/** The environment is not as Skein expects it. The message has one line for each fault and prints no values. */
export class ConfigError extends Error {
  constructor(faults: readonly string[]) {
    super(['The configuration cannot be used:', ...faults.map((fault) => `  ${fault}`)].join('\n'));
    this.name = 'ConfigError';
  }
}

/**
 * Reads `.env` of the working directory, if there is one (what is set already wins), and parses the environment.
 * @throws ConfigError with every fault at once
 */
export function readConfig(): Config {
  if (existsSync('.env')) loadEnvFile('.env');
  return parseConfig(env);
}

/**
 * Parses the environment. A variable that is set to nothing counts as unset.
 * @throws ConfigError with every fault at once
 */
export function parseConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  const faults = unknownVariables(variables);
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    faults.push(...parsed.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`));
    throw new ConfigError([...new Set(faults)]);
  }
  const values = parsed.data;
  const config: Config = {
    host: values.SKEIN_HOST,
    port: values.SKEIN_PORT,
    storage: storageConfig(values),
    chat: chatConfig(values, faults),
    embedder: embedderConfig(values, faults),
    historyTokens: values.SKEIN_HISTORY_TOKENS,
    corsOrigins: values.SKEIN_CORS_ORIGINS,
    logLevel: values.LOG_LEVEL,
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

/** An endpoint chooses Cosmos DB. */
function storageConfig(values: Environment): StorageConfig {
  const { COSMOS_ENDPOINT: endpoint, COSMOS_DATABASE: database, COSMOS_KEY: key, COSMOS_REGIONS: regions } = values;
  if (endpoint === undefined) return { kind: 'sqlite', path: values.SKEIN_DATA };
  return { kind: 'cosmos', endpoint, database, key: key ?? null, regions };
}

/** What a provider needs is only missed when it is chosen. */
function chatConfig(values: Environment, faults: string[]): ChatConfig {
  const kind = values.SKEIN_CHAT;
  if (kind === 'local') return { kind };
  const reason = `is needed because SKEIN_CHAT is ${kind}`;
  if (kind === 'azure-inference') {
    return { kind, ...remote(kind, 'AZURE_INFERENCE_CHAT_MODEL', values, reason, faults) };
  }
  const speakerNames = values.OPENAI_SPEAKER_NAMES;
  return { kind, speakerNames, ...remote(kind, 'OPENAI_CHAT_MODEL', values, reason, faults) };
}

function embedderConfig(values: Environment, faults: string[]): EmbedderConfig {
  const kind = values.SKEIN_EMBEDDER;
  if (kind === 'local') return { kind };
  const reason = `is needed because SKEIN_EMBEDDER is ${kind}`;
  const openai = kind === 'openai';
  const model = openai ? 'OPENAI_EMBEDDING_MODEL' : 'AZURE_INFERENCE_EMBEDDING_MODEL';
  const wanted = openai ? values.OPENAI_EMBEDDING_DIMENSIONS : values.AZURE_INFERENCE_EMBEDDING_DIMENSIONS;
  return { kind, dimensions: wanted ?? null, ...remote(kind, model, values, reason, faults) };
}

function remote(
  kind: 'openai' | 'azure-inference',
  model:
    'OPENAI_CHAT_MODEL' | 'OPENAI_EMBEDDING_MODEL' | 'AZURE_INFERENCE_CHAT_MODEL' | 'AZURE_INFERENCE_EMBEDDING_MODEL',
  values: Environment,
  reason: string,
  faults: string[],
): Remote {
  const needed = (name: typeof model | 'AZURE_INFERENCE_ENDPOINT') => {
    const value = values[name];
    if (value === undefined) faults.push(`${name} ${reason}`);
    return value ?? '';
  };
  return kind === 'openai'
    ? { endpoint: values.OPENAI_BASE_URL, key: values.OPENAI_API_KEY ?? null, model: needed(model) }
    : { endpoint: needed('AZURE_INFERENCE_ENDPOINT'), key: values.AZURE_INFERENCE_KEY ?? null, model: needed(model) };
}

/** Every variable that Skein knows, with what it is when unset, as one would write it; undefined: nothing. */
export function variableDefaults(): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(environment.shape).map(([name, schema]) => {
      const value: unknown = schema.safeParse(undefined).data;
      return [name, typeof value === 'string' || typeof value === 'number' ? String(value) : undefined];
    }),
  );
}

/** A misspelt variable would otherwise be a setting that silently does nothing. */
function unknownVariables(variables: Readonly<Record<string, string | undefined>>): string[] {
  const known = Object.keys(environment.shape);
  return Object.keys(variables)
    .filter((name) => name.startsWith('SKEIN_') && !known.includes(name))
    .map((name) => {
      const ours = known.filter((other) => other.startsWith('SKEIN_'));
      return `${name} is not a variable that Skein knows; it knows ${ours.join(', ')}`;
    });
}

/** Sets a variable of this process, for threads that it starts. Nothing else writes to the environment. */
export function setVariable(name: 'NODE_COMPILE_CACHE', value: string): void {
  env[name] = value;
}
