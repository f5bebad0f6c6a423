import { chatIsCancelled } from './chat-cancelling.ts';
import { chatFailuresAreTyped } from './chat-failures.ts';
import { chatIsPatient } from './chat-patience.ts';
import { chatIsSigned } from './chat-signing.ts';
import { chatStreams } from './chat-streaming.ts';
import type { ChatProvider } from './connected-chat.ts';

/** What each provider of replies keeps, against a server of its protocol. */
export function chatProviderKeepsItsPromises(provider: ChatProvider): void {
  chatStreams(provider);
  chatIsPatient(provider);
  chatFailuresAreTyped(provider);
  chatIsCancelled(provider);
  chatIsSigned(provider);
}
