import { OpenAI } from 'openai';

/** Longer than any limit of ours, and less than a timer can hold. */
const NEVER_MS = 2 ** 31 - 1;

/**
 * The SDK with what Skein does itself turned off: it neither tries again nor gives up by the clock, logs nothing (it would
 * print a malformed chunk), and takes nothing from the environment. Each request brings its own authorization.
 * @param baseUrl up to and with `/v1`
 */
export function openAiClient(baseUrl: string): OpenAI {
  return new OpenAI({
    baseURL: baseUrl,
    apiKey: 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    // What the placeholder above would send; a request's own headers come after.
    defaultHeaders: { authorization: null },
    maxRetries: 0,
    timeout: NEVER_MS,
    logLevel: 'off',
  });
}
