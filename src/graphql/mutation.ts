import type { MessageInput } from '../conversation/input.ts';
import { messageKeyOf, threadKeyOf } from '../core/global-id.ts';
import type { RequestContext } from './context.ts';
import type { AppendMessageInput, MutationResolvers } from './generated.ts';
import { regenerateInput, sendInput } from './send-input.ts';

export const Mutation: Required<MutationResolvers> = {
  createThread: async (_, { input }, context) => {
    const { viewer, services, call } = writing(context);
    const thread = await services.threads.create(
      viewer,
      {
        title: input.title ?? null,
        agent: input.agent ?? null,
        instructions: input.instructions ?? null,
        metadata: input.metadata ?? {},
        expiresAt: input.expiresAt ?? null,
        idempotencyKey: input.idempotencyKey ?? null,
      },
      call,
    );
    return { thread };
  },

  updateThread: async (_, { input }, context) => {
    const { viewer, services, call } = writing(context);
    const { title, status, metadata, expiresAt } = input;
    // A field left out stays as it is; null clears what can be cleared, and says nothing elsewhere.
    const change = {
      ...(title !== undefined && { title }),
      ...(status != null && { status }),
      ...(metadata != null && { metadata }),
      ...(expiresAt !== undefined && { expiresAt }),
    };
    const key = threadKeyOf(input.id, 'input.id');
    return { thread: await services.threads.update(viewer, key, change, input.ifVersion ?? null, call) };
  },

  deleteThread: async (_, { id }, context) => {
    const { viewer, services, call } = writing(context);
    await services.threads.delete(viewer, threadKeyOf(id, 'id'), call);
    return { deletedId: id };
  },

  appendMessages: async (_, { input }, context) => {
    const { viewer, services, call } = writing(context);
    const key = threadKeyOf(input.threadId, 'input.threadId');
    return services.threads.append(viewer, key, input.messages.map(messageInput), call);
  },

  sendMessage: async (_, { input }, context) => {
    const { viewer, services, call } = writing(context);
    const key = threadKeyOf(input.threadId, 'input.threadId');
    return services.sending.send(viewer, key, sendInput(viewer, input), call).sent;
  },

  regenerateReply: async (_, { input }, context) => {
    const { viewer, services, call } = writing(context);
    const key = threadKeyOf(input.threadId, 'input.threadId');
    return services.sending.regenerate(viewer, key, regenerateInput(viewer, input), call).sent;
  },

  cancelReply: async (_, { messageId }, context) => {
    const { viewer, services, call } = writing(context);
    return { reply: await services.sending.cancel(viewer, messageKeyOf(messageId, 'messageId'), call) };
  },

  deleteMessage: async (_, { id }, context) => {
    const { viewer, services, call } = writing(context);
    await services.threads.deleteMessage(viewer, messageKeyOf(id, 'id'), call);
    return { deletedId: id };
  },
};

/** The mutations of one operation run one after the other: a later one must not see what an earlier one read. */
function writing(context: RequestContext): RequestContext {
  context.loaders.forget();
  return context;
}

function messageInput(input: AppendMessageInput): MessageInput {
  return {
    role: input.role,
    author: input.author ?? null,
    content: input.content ?? '',
    toolCalls: (input.toolCalls ?? []).map(({ id, name, arguments: text }) => ({ id, name, arguments: text ?? '{}' })),
    toolCallId: input.toolCallId ?? null,
    model: input.model ?? null,
    usage: input.usage ?? null,
    metadata: input.metadata ?? {},
    createdAt: input.createdAt ?? null,
    idempotencyKey: input.idempotencyKey ?? null,
  };
}
