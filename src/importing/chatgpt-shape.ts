import { z } from 'zod';

/**
 * The shape of a conversation in a ChatGPT export, as far as it is used. It is undocumented and grows: unknown fields
 * pass, and a field of an unexpected type counts as absent unless the conversation is worthless without it.
 */
const text = z.string().nullish().catch(null);
const flag = z.boolean().nullish().catch(null);
/** Seconds with fractions; some tools that rewrite exports use ISO 8601. */
const time = z
  .union([z.number(), z.string()])
  .nullish()
  .catch(null)
  .transform((value): number | null => {
    const milliseconds = typeof value === 'number' ? Math.round(value * 1000) : Date.parse(value ?? '');
    return milliseconds > 0 && milliseconds < MAX_TIME ? milliseconds : null;
  });
/** The end of the year 9999, the last that ISO 8601 writes with four digits. */
const MAX_TIME = 253_402_300_800_000;

const content = z.looseObject({ content_type: text, parts: z.array(z.unknown()).nullish().catch(null) });
export type ChatGptContent = z.infer<typeof content>;

export const chatGptMessage = z.looseObject({
  id: text,
  author: z.looseObject({ role: z.string(), name: text }),
  create_time: time,
  content: content.nullish().catch(null),
  weight: z.number().nullish().catch(null),
  recipient: text,
  metadata: z
    .looseObject({
      model_slug: text,
      is_visually_hidden_from_conversation: flag,
      finish_details: z.looseObject({ type: text }).nullish().catch(null),
      attachments: z
        .array(z.looseObject({ name: text }))
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
});
export type ChatGptMessage = z.infer<typeof chatGptMessage>;

const node = z.looseObject({
  /** Checked on its own, so that one broken message costs that message. */
  message: z.unknown(),
  parent: text,
  children: z.array(z.string()).nullish().catch(null),
});
export type ChatGptNode = z.infer<typeof node>;

export const chatGptConversation = z
  .looseObject({
    id: text,
    conversation_id: text,
    title: text,
    create_time: time,
    update_time: time,
    mapping: z.record(z.string(), node),
    current_node: text,
    gizmo_id: text,
    is_archived: flag,
  })
  .refine((conversation) => (conversation.conversation_id ?? conversation.id ?? '') !== '', {
    message: 'has neither id nor conversation_id',
  });
export type ChatGptConversation = z.infer<typeof chatGptConversation>;
