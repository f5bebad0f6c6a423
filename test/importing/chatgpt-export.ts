/** Builds files of the shape that ChatGPT exports have, as far as it is known from real ones. */

export type Node = { id: string; message: object | null; parent: string | null; children: string[] };

/** A message as an export has it. `content`: its text, or a whole content object. */
export function aMessage(id: string, role: string, content: string | object | null, more: object = {}): object {
  return {
    id,
    author: { role, name: null, metadata: {} },
    create_time: 1_746_090_000.25,
    update_time: null,
    content: typeof content === 'string' ? { content_type: 'text', parts: [content] } : content,
    status: 'finished_successfully',
    end_turn: true,
    weight: 1,
    metadata: {},
    recipient: 'all',
    channel: null,
    ...more,
  };
}

/** A tree that is one path: a root without a message, then these messages, each in a node of its own id. */
export function aPath(messages: readonly object[]): { mapping: Record<string, Node>; current_node: string } {
  const mapping: Record<string, Node> = { root: { id: 'root', message: null, parent: null, children: [] } };
  let parent = 'root';
  for (const [at, message] of messages.entries()) {
    const id = `n${at + 1}`;
    mapping[id] = { id, message, parent, children: [] };
    mapping[parent]?.children.push(id);
    parent = id;
  }
  return { mapping, current_node: parent };
}

/** A conversation as an export has it. */
export function aConversation(id: string, messages: readonly object[], more: object = {}): object {
  return {
    title: `About ${id}`,
    create_time: 1_746_089_999.5,
    update_time: 1_746_099_999.5,
    ...aPath(messages),
    moderation_results: [],
    plugin_ids: null,
    gizmo_id: null,
    is_archived: false,
    default_model_slug: 'gpt-4o',
    conversation_id: id,
    id,
    ...more,
  };
}
