import type { ToolCall } from '../core/thread.ts';
import type { ChatRequest, ChatTool, ChatTurn } from './chat.ts';
import { nameSpeakers, type SpeakerNames } from './name-speakers.ts';
import { withQuotedSources } from './quote-sources.ts';

type WireToolCall = { id: string; type: 'function'; function: { name: string; arguments: string } };

/** A message of a chat completion request. */
export type WireMessage =
  | { role: 'system' | 'user'; content: string; name?: string }
  | { role: 'assistant'; content?: string; name?: string; tool_calls?: WireToolCall[] }
  | { role: 'tool'; content: string; tool_call_id: string };

export type WireTool = {
  type: 'function';
  function: { name: string; description?: string; parameters: Record<string, unknown> };
};

/** Writes a request's turns and sources as the messages of a chat completion. */
export function wireMessages({ turns, sources }: ChatRequest, names: SpeakerNames): WireMessage[] {
  return withQuotedSources(nameSpeakers(turns, names), sources).map(wireMessage);
}

/** Writes the tools on offer; undefined when there are none: an empty list is refused. */
export function wireTools(tools: readonly ChatTool[] | undefined): WireTool[] | undefined {
  if (tools === undefined || tools.length === 0) return undefined;
  return tools.map(({ name, description, parameters }) => ({
    type: 'function',
    function: { name, ...(description === undefined ? {} : { description }), parameters: { ...parameters } },
  }));
}

function wireMessage({ role, content: text, name, toolCalls, toolCallId }: ChatTurn): WireMessage {
  // A lone surrogate is JSON that many parsers refuse.
  const content = text.toWellFormed();
  const named = name === undefined ? {} : { name };
  switch (role) {
    case 'tool':
      return { role, content, tool_call_id: toolCallId ?? '' };
    case 'assistant': {
      const calls = toolCalls ?? [];
      if (calls.length === 0) return { role, content, ...named };
      return { role, ...(content === '' ? {} : { content }), ...named, tool_calls: calls.map(wireToolCall) };
    }
    default:
      return { role, content, ...named };
  }
}

function wireToolCall({ id, name, arguments: json }: ToolCall): WireToolCall {
  return { id, type: 'function', function: { name, arguments: json } };
}
