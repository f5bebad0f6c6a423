import type { TokenCredential } from '@azure/identity';
import { SkeinError } from '../core/errors.ts';
import { ModelFailure } from './chat.ts';

/** How requests to a model server are signed. The secret is in the functions' closure: nothing here can be printed. */
export type Authorization = {
  readonly kind: 'key' | 'credential' | 'none';
  /**
   * The headers that sign one request.
   * @throws ModelFailure REJECTED when no token can be had
   */
  headers(): Promise<Record<string, string>>;
};

const AZURE_SCOPE = 'https://ai.azure.com/.default';

/** Azure's clouds: public, US Government, China. */
const AZURE_HOST = /\.azure\.(com|us|cn)$/i;

/**
 * Chooses how to sign in: with the key when there is one; on an Azure host with the identity that this process has
 * (`DefaultAzureCredential`: environment, workload or managed identity, Azure CLI); otherwise not at all.
 * @throws SkeinError UNAVAILABLE when an identity's token would travel unencrypted
 */
export async function chooseAuthorization({
  endpoint,
  key,
  scope = AZURE_SCOPE,
}: {
  endpoint: string;
  key: string | null;
  scope?: string;
}): Promise<Authorization> {
  if (key !== null) return withKey(key);
  const { hostname, protocol } = new URL(endpoint);
  if (!AZURE_HOST.test(hostname)) return withoutKey();
  if (protocol !== 'https:') {
    throw new SkeinError(
      'UNAVAILABLE',
      'The model’s endpoint must begin with https: a sign-in would travel in the open.',
    );
  }
  // Loaded late: most installations never need it, and it takes a good part of a second.
  const { DefaultAzureCredential } = await import('@azure/identity');
  return withCredential(new DefaultAzureCredential(), scope);
}

/** Signs with a key, in both of the headers that servers read. */
export function withKey(key: string): Authorization {
  return { kind: 'key', headers: () => Promise.resolve({ authorization: `Bearer ${key}`, 'api-key': key }) };
}

/** Signs with tokens of an identity; they are kept, and renewed before they run out. */
export function withCredential(credential: TokenCredential, scope = AZURE_SCOPE): Authorization {
  let provider: Promise<() => Promise<string>> | undefined;
  return {
    kind: 'credential',
    async headers() {
      provider ??= import('@azure/identity').then(({ getBearerTokenProvider }) =>
        getBearerTokenProvider(credential, scope),
      );
      try {
        return { authorization: `Bearer ${await (await provider)()}` };
      } catch (error) {
        // The credential's own message names tenants and accounts.
        throw new ModelFailure(
          'REJECTED',
          'No Azure sign-in for the model: run `az login`, give this machine an identity, or set a key.',
          { retryable: false, cause: error },
        );
      }
    },
  };
}

/** For servers that ask for nothing, such as Ollama. */
export function withoutKey(): Authorization {
  return { kind: 'none', headers: () => Promise.resolve({}) };
}
