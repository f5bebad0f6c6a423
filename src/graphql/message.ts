import { encodeMessageId } from '../core/global-id.ts';
import { keyOfMessage } from '../core/thread.ts';
import { readScope } from '../core/identity.ts';
import { orDefault } from './connection.ts';
import type { MessageResolvers } from './generated.ts';
import { neighboursOf } from './neighbours.ts';
import { threadOf } from './thread-of.ts';

const ALIKE = 5;

export const Message: MessageResolvers = {
  __isTypeOf: (value) => 'seq' in value,
  id: (message) => encodeMessageId(keyOfMessage(message)),
  thread: (message, _, { loaders }) => threadOf(message, loaders),
  neighbours: (message, given, { loaders }) => neighboursOf(message, given, loaders),
  recalled: async (message, _, { loaders }) => {
    const found = await Promise.all(message.recalled.map((key) => loaders.message.load(key)));
    return found.filter((source) => source !== null);
  },
  similar: async (message, { first, after }, { viewer, services, loaders, call }) => {
    const page = { first: orDefault(first, ALIKE), after: after ?? null };
    const found = await services.search.similar(readScope(viewer), message, page, call);
    for (const { node } of found.edges) loaders.prime.message(node.message);
    return found;
  },
};
