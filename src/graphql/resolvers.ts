import type { Resolvers } from './generated.ts';
import { Message } from './message.ts';
import { MessageHit } from './message-hit.ts';
import { Mutation } from './mutation.ts';
import { Query } from './query.ts';
import { DateTime, MetadataScalar } from './scalars.ts';
import { Subscription } from './subscription.ts';
import { Thread } from './thread.ts';
import { ThreadHit } from './thread-hit.ts';
import { Viewer } from './viewer.ts';

/** One file per type; what is not here is a plain property of what its parent gave. */
export const resolvers: Resolvers = {
  Query,
  Mutation,
  Subscription,
  Viewer,
  Thread,
  Message,
  MessageHit,
  ThreadHit,
  ThreadConnection: { totalCount: (connection) => connection.count() },
  MessageConnection: { totalCount: (connection) => connection.count() },
  DateTime,
  Metadata: MetadataScalar,
};
