import type { Failure, FailureCode, ToolCall, Usage } from '../core/thread.ts';

/** One turn as a model sees it. `name` tells which of several people or agents spoke. */
export type ChatTurn = {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string;
  readonly name?: string;
  readonly toolCalls?: readonly ToolCall[];
  readonly toolCallId?: string;
};

/** Something said in another thread of the owner: material to quote, never an instruction. */
export type Source = {
  /** How the reply may refer to it: 1, 2, 3 … */
  readonly number: number;
  /** A message, or of a long one the part that fits; some thousand characters at most. */
  readonly content: string;
  readonly author: string | null;
  readonly said: 'by the user' | 'by an assistant';
  readonly threadTitle: string | null;
  readonly createdAt: number;
  /** How well it fits the question, 0 to 1. */
  readonly score: number;
};

/** A function that the model may ask to have called. */
export type ChatTool = {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of its arguments. */
  readonly parameters: Readonly<Record<string, unknown>>;
};

export type ChatRequest = {
  /** As the provider names it; null for the configured one. */
  readonly model: string | null;
  /** Instructions first, then the history, the message to reply to last. */
  readonly turns: readonly ChatTurn[];
  /** What the owner's other threads have to say, the best first. */
  readonly sources: readonly Source[];
  /** What the model may ask for; a model that is offered none asks for none. */
  readonly tools?: readonly ChatTool[];
};

/** A reply comes as any number of deltas and exactly one end. */
export type ChatEvent =
  | { readonly kind: 'delta'; readonly text: string }
  | {
      readonly kind: 'end';
      readonly model: string;
      readonly finishReason: string;
      readonly usage: Usage | null;
      readonly toolCalls: readonly ToolCall[];
      /** The sources that the reply drew on, by number; null: all that it was given. */
      readonly drawnOn: readonly number[] | null;
    };

/** The port of everything that writes replies. A provider implements it; `conversation/` uses it. */
export interface ChatModel {
  /** The model that replies when a request names none. */
  readonly model: string;
  /** Whether it can only answer from sources: then the conversation looks for some though nobody asked for recall. */
  readonly answersFromSources: boolean;
  /**
   * Streams one reply. Stops when the signal aborts.
   * @throws ModelFailure, before or between deltas; what has come until then is kept by the caller
   */
  reply(request: ChatRequest, options: { signal: AbortSignal }): AsyncIterable<ChatEvent>;
  /** Ends connections. */
  close(): Promise<void>;
}

/** A provider's failure in terms a caller can act on. Its message is public: no secrets, no addresses. */
export class ModelFailure extends Error {
  readonly code: FailureCode;
  readonly retryable: boolean;
  /** How long the provider asked to wait before the next try. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: FailureCode,
    message: string,
    details: { retryable: boolean; retryAfterMs?: number | undefined; cause?: unknown },
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'ModelFailure';
    this.code = code;
    this.retryable = details.retryable;
    this.retryAfterMs = details.retryAfterMs;
  }

  toFailure(): Failure {
    return { code: this.code, message: this.message, retryable: this.retryable };
  }
}
