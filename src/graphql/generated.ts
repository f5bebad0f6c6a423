import type { Metadata as MetadataModel } from '../core/thread.ts';
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Thread as ThreadModel, Message as MessageModel } from '../core/thread.ts';
import type { MessageHit as MessageHitModel, ThreadHit as ThreadHitModel } from '../search/hits.ts';
import type { ThreadConnection as ThreadConnectionModel, MessageConnection as MessageConnectionModel } from './connection.ts';
import type { Viewer as ViewerModel } from '../core/identity.ts';
import type { RequestContext } from './context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A moment in UTC, as an ISO 8601 text with milliseconds: `2026-11-23T09:30:00.000Z`. Input may carry another offset; the date is required, the time is not. */
  DateTime: { input: number; output: number; }
  /** An object whose values are strings: `{ "topic": "billing" }`. At most 16 pairs, keys of 64 and values of 512 characters. */
  Metadata: { input: MetadataModel; output: MetadataModel; }
};

/** A message to append as it is. */
export type AppendMessageInput = {
  /** The name shown for it. At most 256 characters. */
  readonly author?: InputMaybe<Scalars['String']['input']>;
  /** The text. At most 1 MB of UTF-8, tool calls included. */
  readonly content?: Scalars['String']['input'];
  /** When it was said; by default now. */
  readonly createdAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** Makes a repetition safe: a key seen before in this thread gives back what was stored then. At most 256 characters. */
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** At most 16 pairs, keys of 64 and values of 512 characters. */
  readonly metadata?: InputMaybe<Scalars['Metadata']['input']>;
  /** The model that wrote it. */
  readonly model?: InputMaybe<Scalars['String']['input']>;
  /** Whose part it speaks. */
  readonly role: Role;
  /** Which tool call a TOOL message answers. */
  readonly toolCallId?: InputMaybe<Scalars['String']['input']>;
  /** Tools that the model wanted called. At most 64. */
  readonly toolCalls?: InputMaybe<ReadonlyArray<ToolCallInput>>;
  /** Tokens that it took. */
  readonly usage?: InputMaybe<UsageInput>;
};

/** Messages to append. */
export type AppendMessagesInput = {
  /** 1 to 100 messages, in order; all are stored or none. */
  readonly messages: ReadonlyArray<AppendMessageInput>;
  /** The thread's id. */
  readonly threadId: Scalars['ID']['input'];
};

/** What `appendMessages` stored. */
export type AppendMessagesPayload = {
  readonly __typename?: 'AppendMessagesPayload';
  /** The messages, in the order given. */
  readonly messages: ReadonlyArray<Message>;
  /** The thread as it is now. */
  readonly thread: Thread;
};

/** What `cancelReply` stopped. */
export type CancelReplyPayload = {
  readonly __typename?: 'CancelReplyPayload';
  /** The reply, FAILED; or COMPLETE when it had ended already by the time it was stopped. */
  readonly reply: Message;
};

/** A thread to open. */
export type CreateThreadInput = {
  /** Which agent answers in it. At most 256 characters. */
  readonly agent?: InputMaybe<Scalars['String']['input']>;
  /** From this moment on it is gone. */
  readonly expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** Makes a repetition of this call safe. At most 256 characters. */
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** What the model is told before anything else. At most 64 KB of UTF-8. */
  readonly instructions?: InputMaybe<Scalars['String']['input']>;
  /** At most 16 pairs, keys of 64 and values of 512 characters. */
  readonly metadata?: InputMaybe<Scalars['Metadata']['input']>;
  /** What it is about. At most 512 characters. */
  readonly title?: InputMaybe<Scalars['String']['input']>;
};

/** What `createThread` made. */
export type CreateThreadPayload = {
  readonly __typename?: 'CreateThreadPayload';
  /** The thread. */
  readonly thread: Thread;
};

/** What was deleted. */
export type DeletePayload = {
  readonly __typename?: 'DeletePayload';
  /** The id that names nothing any more. */
  readonly deletedId: Scalars['ID']['output'];
};

/** A run of characters of a message's content that matched. */
export type Highlight = {
  readonly __typename?: 'Highlight';
  /** Where it ends, exclusive. */
  readonly end: Scalars['Int']['output'];
  /** Where it starts: UTF-16 code units, as JavaScript counts them. */
  readonly start: Scalars['Int']['output'];
  /** The characters themselves. */
  readonly text: Scalars['String']['output'];
};

/** Whether a message is found by meaning yet. */
export type Indexing =
  /** Found by words only; its text could not be embedded. */
  | 'FAILED'
  /** Waiting for its vectors. */
  | 'PENDING'
  /** Found by words and by meaning. */
  | 'READY';

/** What found a message. */
export type MatchKind =
  /** Its words. */
  | 'KEYWORD'
  /** Its meaning. */
  | 'MEANING';

/** One utterance in a thread. */
export type Message = Node & {
  readonly __typename?: 'Message';
  /** The name shown for it: a person, or which of several agents. */
  readonly author?: Maybe<Scalars['String']['output']>;
  /** The text. At most 1 MB of UTF-8. */
  readonly content: Scalars['String']['output'];
  /** When it was said. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Why a FAILED reply failed. */
  readonly failure?: Maybe<ReplyFailure>;
  /** Why the model stopped: `stop`, `length`, `tool_calls` … */
  readonly finishReason?: Maybe<Scalars['String']['output']>;
  /** Opaque; good for `node`. */
  readonly id: Scalars['ID']['output'];
  /** Whether it is found by meaning yet. By words it is found at once. */
  readonly indexing: Indexing;
  /** Milliseconds from the request to the stored reply. */
  readonly latencyMs?: Maybe<Scalars['Int']['output']>;
  /**
   * The caller's own pairs. Of a reply, where not all fitted the model's budget: `skein.historyFrom`, the `seq` of the
   * oldest message that the model was shown, and `skein.recallLeftOut`, how many of the recalled messages it was not.
   */
  readonly metadata: Scalars['Metadata']['output'];
  /** The model that wrote it. */
  readonly model?: Maybe<Scalars['String']['output']>;
  /** The messages around it in its thread, itself left out, by `seq`. */
  readonly neighbours: ReadonlyArray<Message>;
  /** Messages of other threads that this reply drew on. One that was deleted since is left out. */
  readonly recalled: ReadonlyArray<Message>;
  /** Whose part it speaks. */
  readonly role: Role;
  /** Its place in the thread: 1, 2, 3 … Messages order by it and by nothing else. */
  readonly seq: Scalars['Int']['output'];
  /**
   * Other messages of those that the viewer may see that say much the same, the closest first: found by its meaning, where
   * `indexing` is READY, and by its words. Those right beside it in its thread are left out. Counts as a search.
   */
  readonly similar: MessageHitConnection;
  /** Whether it is whole. */
  readonly status: MessageStatus;
  /** The thread it is in. */
  readonly thread: Thread;
  /** Which tool call a TOOL message answers. */
  readonly toolCallId?: Maybe<Scalars['String']['output']>;
  /** Tools that the model wants called. */
  readonly toolCalls: ReadonlyArray<ToolCall>;
  /** Tokens that it took. */
  readonly usage?: Maybe<Usage>;
};


/** One utterance in a thread. */
export type MessageNeighboursArgs = {
  after?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['Int']['input']>;
};


/** One utterance in a thread. */
export type MessageSimilarArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A message was stored; a reply that is still being written is PENDING. */
export type MessageAppended = {
  readonly __typename?: 'MessageAppended';
  /** The message. */
  readonly message: Message;
};

/** A part of a thread's messages. */
export type MessageConnection = {
  readonly __typename?: 'MessageConnection';
  /** The messages, by `seq`. */
  readonly edges: ReadonlyArray<MessageEdge>;
  /** Whether there is more. */
  readonly pageInfo: PageInfo;
  /** How many messages the filter keeps, on all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A message was deleted. */
export type MessageDeleted = {
  readonly __typename?: 'MessageDeleted';
  /** The id that names nothing any more. */
  readonly deletedId: Scalars['ID']['output'];
};

/** A message in a list. */
export type MessageEdge = {
  readonly __typename?: 'MessageEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['String']['output'];
  /** The message. */
  readonly node: Message;
};

/** Which messages to list or search. Fields are joined by AND, the values of one list by OR. A list has at most 100 values. */
export type MessageFilter = {
  /** In threads of these agents. */
  readonly agents?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** With these author names. */
  readonly authors?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Said then. */
  readonly createdAt?: InputMaybe<TimeRangeInput>;
  /** All of these pairs must be the message's. */
  readonly messageMetadata?: InputMaybe<Scalars['Metadata']['input']>;
  /** Written by these models. */
  readonly models?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** In threads of these owners; for analysts. A plain user's search is confined to the user whatever it says. */
  readonly ownerIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Speaking these parts. */
  readonly roles?: InputMaybe<ReadonlyArray<Role>>;
  /** With these statuses; by default all but SUPERSEDED. */
  readonly statuses?: InputMaybe<ReadonlyArray<MessageStatus>>;
  /** In these threads. */
  readonly threadIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** All of these pairs must be the thread's. */
  readonly threadMetadata?: InputMaybe<Scalars['Metadata']['input']>;
};

/** A PENDING reply ended, COMPLETE or FAILED. */
export type MessageFinished = {
  readonly __typename?: 'MessageFinished';
  /** The reply. */
  readonly message: Message;
};

/** A message that a search found. */
export type MessageHit = {
  readonly __typename?: 'MessageHit';
  /** How many other messages with the same text this hit stands for; in a `ThreadHit`, in the same thread. */
  readonly duplicateCount: Scalars['Int']['output'];
  /** Those messages, the best first; at most 20. */
  readonly duplicates: ReadonlyArray<Message>;
  /** The words in the content that matched, in order; at most 100, those around the part that fits best. */
  readonly highlights: ReadonlyArray<Highlight>;
  /** How well its words fit, 0 to 1; null when they did not find it. */
  readonly keywordScore?: Maybe<Scalars['Float']['output']>;
  /** What found it. */
  readonly matchedBy: ReadonlyArray<MatchKind>;
  /** How well its meaning fits, 0 to 1; null when it did not find it. */
  readonly meaningScore?: Maybe<Scalars['Float']['output']>;
  /** The message. */
  readonly message: Message;
  /** The messages around it in its thread, itself left out, by `seq`. */
  readonly neighbours: ReadonlyArray<Message>;
  /** How well it fits, 0 to 1; means the same from page to page of one search. */
  readonly score: Scalars['Float']['output'];
  /** The part of the message that fits best, cut at word boundaries. */
  readonly snippet: Scalars['String']['output'];
  /** The thread that the message is in. */
  readonly thread: Thread;
};


/** A message that a search found. */
export type MessageHitNeighboursArgs = {
  after?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['Int']['input']>;
};


/** A message that a search found. */
export type MessageHitSnippetArgs = {
  length?: InputMaybe<Scalars['Int']['input']>;
};

/** A part of what a search found. */
export type MessageHitConnection = {
  readonly __typename?: 'MessageHitConnection';
  /** The hits, the best first. */
  readonly edges: ReadonlyArray<MessageHitEdge>;
  /** Whether there is more. */
  readonly pageInfo: PageInfo;
  /** How many hits the search ranked, on all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A hit in a list. */
export type MessageHitEdge = {
  readonly __typename?: 'MessageHitEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['String']['output'];
  /** The hit. */
  readonly node: MessageHit;
};

/** Whether a message is whole. */
export type MessageStatus =
  /** Whole. */
  | 'COMPLETE'
  /** A reply that failed; `content` has what had come until then. */
  | 'FAILED'
  /** A reply that is being written. */
  | 'PENDING'
  /** A reply that another one replaced; out of lists and search unless asked for. */
  | 'SUPERSEDED';

/** The user's message is stored, and the reply has its place. */
export type MessageStored = {
  readonly __typename?: 'MessageStored';
  /** The id that the reply will have. */
  readonly replyId: Scalars['ID']['output'];
  /** The message that was sent. */
  readonly userMessage: Message;
};

/** A reply was superseded: another is being written in its place, and is appended next. */
export type MessageSuperseded = {
  readonly __typename?: 'MessageSuperseded';
  /** The id of the old reply. */
  readonly supersededId: Scalars['ID']['output'];
};

/** What can be changed. */
export type Mutation = {
  readonly __typename?: 'Mutation';
  /** Appends 1 to 100 messages as they are, all or none; for importers, and for agents that have the reply already. */
  readonly appendMessages: AppendMessagesPayload;
  /** Stops a reply that is being written. It is stored FAILED, with what had come until then. */
  readonly cancelReply: CancelReplyPayload;
  /** Opens a thread. With an `idempotencyKey` seen before, gives the thread that was made then. */
  readonly createThread: CreateThreadPayload;
  /** Deletes a message with its text index entries and vectors, for good. The others keep their `seq`. */
  readonly deleteMessage: DeletePayload;
  /** Deletes a thread with its messages, text index entries and vectors, for good. */
  readonly deleteThread: DeletePayload;
  /**
   * Writes a thread's last reply anew. The old one is kept as SUPERSEDED: out of lists, history and search unless asked
   * for. When the last message is no reply (the answer to a tool call, say), replies to it.
   */
  readonly regenerateReply: SendMessagePayload;
  /** Appends a message and has the model reply to it. Gives the stored reply, COMPLETE or FAILED. */
  readonly sendMessage: SendMessagePayload;
  /** Changes a thread's title, status, metadata or expiry. Fields left out stay as they are. */
  readonly updateThread: UpdateThreadPayload;
};


/** What can be changed. */
export type MutationAppendMessagesArgs = {
  input: AppendMessagesInput;
};


/** What can be changed. */
export type MutationCancelReplyArgs = {
  messageId: Scalars['ID']['input'];
};


/** What can be changed. */
export type MutationCreateThreadArgs = {
  input: CreateThreadInput;
};


/** What can be changed. */
export type MutationDeleteMessageArgs = {
  id: Scalars['ID']['input'];
};


/** What can be changed. */
export type MutationDeleteThreadArgs = {
  id: Scalars['ID']['input'];
};


/** What can be changed. */
export type MutationRegenerateReplyArgs = {
  input: RegenerateReplyInput;
};


/** What can be changed. */
export type MutationSendMessageArgs = {
  input: SendMessageInput;
};


/** What can be changed. */
export type MutationUpdateThreadArgs = {
  input: UpdateThreadInput;
};

/** Anything with an id of its own. Ids are opaque; `node(id)` reads by them directly. */
export type Node = {
  /** Opaque and stable for as long as the thing exists. */
  readonly id: Scalars['ID']['output'];
};

/** Which end of a list comes first. */
export type OrderDirection =
  /** The earliest first. */
  | 'ASC'
  /** The latest first. */
  | 'DESC';

/** Where a page lies in its list. */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** The cursor of its last item. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
  /** Whether there is more after it. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** Whether there is more before it. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** The cursor of its first item. */
  readonly startCursor?: Maybe<Scalars['String']['output']>;
};

/** What can be asked. */
export type Query = {
  readonly __typename?: 'Query';
  /** One thread or message by its id; null, with the error NOT_FOUND, when there is none that the viewer may see. */
  readonly node?: Maybe<Node>;
  /** Threads and messages by their ids, in the order asked; null in the place of one that is not there. At most 100. */
  readonly nodes: ReadonlyArray<Maybe<Node>>;
  /**
   * Finds messages in any past conversation, the best first. Write words or a whole question; in every mode,
   * - `"a phrase"` in quotes must be in the message, its words as they are spelt, in this order and next to each other;
   * - `-word` must not be in it, in any of its forms;
   * - `author:name` or `author:"a full name"` confines to authors whose name has these words; given twice, to either.
   *
   * Other words may match in any of their forms (`kayak` finds `kayaks`), with or without accents. A word of five letters
   * or more that no message has is also looked for as the words that are one letter away. Messages with the same text are
   * one hit; `duplicateCount` says how many more there are. Superseded replies are left out unless the filter asks for them.
   */
  readonly searchMessages: MessageHitConnection;
  /** Finds threads by what was said in them: the hits of `searchMessages`, gathered by thread, the best thread first. */
  readonly searchThreads: ThreadHitConnection;
  /** One thread by its id; null, with the error NOT_FOUND, when there is none that the viewer may see. */
  readonly thread?: Maybe<Thread>;
  /** The viewer's threads; an analyst's are all of the tenant. By default the one with the latest message comes first. */
  readonly threads: ThreadConnection;
  /** Who is asking, as Skein understood it. */
  readonly viewer: Viewer;
};


/** What can be asked. */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


/** What can be asked. */
export type QueryNodesArgs = {
  ids: ReadonlyArray<Scalars['ID']['input']>;
};


/** What can be asked. */
export type QuerySearchMessagesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<MessageFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  minScore?: InputMaybe<Scalars['Float']['input']>;
  mode?: InputMaybe<SearchMode>;
  query: Scalars['String']['input'];
};


/** What can be asked. */
export type QuerySearchThreadsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<MessageFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  mode?: InputMaybe<SearchMode>;
  query: Scalars['String']['input'];
};


/** What can be asked. */
export type QueryThreadArgs = {
  id: Scalars['ID']['input'];
};


/** What can be asked. */
export type QueryThreadsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<ThreadFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<ThreadOrder>;
};

/** How a reply draws on the owner's other threads. */
export type RecallInput = {
  /** Only messages that fit. */
  readonly filter?: InputMaybe<MessageFilter>;
  /** Only hits with at least this score, 0 to 1. */
  readonly minScore?: InputMaybe<Scalars['Float']['input']>;
  /** How many messages around each, 0 to 5. */
  readonly neighbours?: Scalars['Int']['input'];
  /** How many messages, 1 to 20. */
  readonly topK?: Scalars['Int']['input'];
};

/** A reply to write anew. */
export type RegenerateReplyInput = {
  /** Makes a repetition safe: a key seen before in this thread gives back the reply of then. At most 256 characters. */
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** Refuse with CONFLICT unless this is the thread's last message. */
  readonly messageId?: InputMaybe<Scalars['ID']['input']>;
  /** The model to reply, as its provider names it; by default the configured one. */
  readonly model?: InputMaybe<Scalars['String']['input']>;
  /** Have the reply draw on the owner's other threads. */
  readonly recall?: InputMaybe<RecallInput>;
  /** The thread's id. */
  readonly threadId: Scalars['ID']['input'];
  /** Tools that the model may ask for. At most 64. */
  readonly tools?: InputMaybe<ReadonlyArray<ToolInput>>;
};

/** The reply is whole and stored. */
export type ReplyCompleted = {
  readonly __typename?: 'ReplyCompleted';
  /** The reply. */
  readonly reply: Message;
  /** The thread as it is now. */
  readonly thread: Thread;
};

/** A piece of the reply. */
export type ReplyDelta = {
  readonly __typename?: 'ReplyDelta';
  /** The reply's id. */
  readonly replyId: Scalars['ID']['output'];
  /** The characters that came since the last one. */
  readonly text: Scalars['String']['output'];
};

/** What happens while a reply is written. */
export type ReplyEvent = MessageStored | ReplyCompleted | ReplyDelta | ReplyFailed;

/** The reply failed; what had come until then is stored. */
export type ReplyFailed = {
  readonly __typename?: 'ReplyFailed';
  /** Why. */
  readonly failure: ReplyFailure;
  /** The reply, FAILED. */
  readonly reply: Message;
};

/** Why a reply failed. The user's message is stored all the same. */
export type ReplyFailure = {
  readonly __typename?: 'ReplyFailure';
  /** What kind of failure. */
  readonly code: ReplyFailureCode;
  /** In a sentence. */
  readonly message: Scalars['String']['output'];
  /** Whether trying again may help. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** Kinds of failure of a reply. */
export type ReplyFailureCode =
  /** Someone cancelled the reply. */
  | 'CANCELLED'
  /** The provider's content filter refused. */
  | 'CONTENT_FILTERED'
  /** The conversation does not fit the model. */
  | 'CONTEXT_TOO_LONG'
  /** The server stopped before the reply was whole. */
  | 'INTERRUPTED'
  /** The model's provider asks to slow down. */
  | 'RATE_LIMITED'
  /** The provider refused the request. */
  | 'REJECTED'
  /** The model did not answer in time. */
  | 'TIMEOUT'
  /** The model could not be reached. */
  | 'UNAVAILABLE';

/** Whose part a message speaks. */
export type Role =
  /** A model or agent. */
  | 'ASSISTANT'
  /** Instructions to the model. */
  | 'SYSTEM'
  /** The result of a tool call. */
  | 'TOOL'
  /** A person. */
  | 'USER';

/** How to search. */
export type SearchMode =
  /** By words and by meaning. */
  | 'HYBRID'
  /** By words alone. */
  | 'KEYWORD'
  /** By meaning alone. */
  | 'MEANING';

/** A message to send. */
export type SendMessageInput = {
  /** The name shown for it. At most 256 characters. */
  readonly author?: InputMaybe<Scalars['String']['input']>;
  /**
   * The text. 1 character to 1 MB of UTF-8. Left out, nothing is appended, and the model goes on from the thread's last
   * message: after the answers to a reply's tool calls, say.
   */
  readonly content?: InputMaybe<Scalars['String']['input']>;
  /** Makes a repetition safe: a key seen before in this thread gives back the message and reply of then. At most 256 characters. */
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The caller's own pairs for the message. At most 16 pairs, keys of 64 and values of 512 characters. */
  readonly metadata?: InputMaybe<Scalars['Metadata']['input']>;
  /** The model to reply, as its provider names it; by default the configured one. */
  readonly model?: InputMaybe<Scalars['String']['input']>;
  /** Have the reply draw on the owner's other threads. */
  readonly recall?: InputMaybe<RecallInput>;
  /** The thread's id. */
  readonly threadId: Scalars['ID']['input'];
  /** Tools that the model may ask for. At most 64. */
  readonly tools?: InputMaybe<ReadonlyArray<ToolInput>>;
};

/** What `sendMessage` and `regenerateReply` stored. */
export type SendMessagePayload = {
  readonly __typename?: 'SendMessagePayload';
  /** Why the reply failed; null when it did not. */
  readonly failure?: Maybe<ReplyFailure>;
  /** The reply, COMPLETE or FAILED. */
  readonly reply: Message;
  /** The thread as it is now. */
  readonly thread: Thread;
  /** The message that was sent, or the last one of a user where none was. */
  readonly userMessage: Message;
};

/** What can be followed as it happens, over WebSocket. */
export type Subscription = {
  readonly __typename?: 'Subscription';
  /**
   * Sends a message as `sendMessage` does, and streams what happens: MessageStored, ReplyDelta …, then ReplyCompleted or
   * ReplyFailed. Going away does not stop the reply: it is stored all the same.
   */
  readonly reply: ReplyEvent;
  /** What happens in a thread: first what was stored after `afterSeq`, then what comes, each once and in order. */
  readonly threadEvents: ThreadEvent;
};


/** What can be followed as it happens, over WebSocket. */
export type SubscriptionReplyArgs = {
  input: SendMessageInput;
};


/** What can be followed as it happens, over WebSocket. */
export type SubscriptionThreadEventsArgs = {
  afterSeq?: InputMaybe<Scalars['Int']['input']>;
  threadId: Scalars['ID']['input'];
};

/** A conversation: an ordered list of messages that belongs to one owner. */
export type Thread = Node & {
  readonly __typename?: 'Thread';
  /** Which agent answers in it. */
  readonly agent?: Maybe<Scalars['String']['output']>;
  /** When it was opened. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** From this moment on it is gone from every read; it is removed soon after. */
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** Opaque; good for `node` and `thread`. */
  readonly id: Scalars['ID']['output'];
  /** What the model is told before anything else. */
  readonly instructions?: Maybe<Scalars['String']['output']>;
  /** When its last message was written; null without messages. */
  readonly lastMessageAt?: Maybe<Scalars['DateTime']['output']>;
  /** How many messages it has. */
  readonly messageCount: Scalars['Int']['output'];
  /** Its messages, by `seq`. */
  readonly messages: MessageConnection;
  /** The caller's own pairs. */
  readonly metadata: Scalars['Metadata']['output'];
  /** The user it belongs to. */
  readonly ownerId: Scalars['ID']['output'];
  /**
   * Other threads of those that the viewer may see that speak of the same, the closest first: found by what its messages
   * mean and by its commonest words, its title's among them. Counts as a search.
   */
  readonly related: ThreadHitConnection;
  /** ARCHIVED threads are still read and found. */
  readonly status: ThreadStatus;
  /** What it is about; null until someone says. */
  readonly title?: Maybe<Scalars['String']['output']>;
  /** When its own fields last changed. */
  readonly updatedAt: Scalars['DateTime']['output'];
  /** Tokens of all its messages, deleted ones included. */
  readonly usage: Usage;
  /** Grows with every change of the thread's own fields: what `ifVersion` is compared with. */
  readonly version: Scalars['Int']['output'];
};


/** A conversation: an ordered list of messages that belongs to one owner. */
export type ThreadMessagesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<MessageFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/** A conversation: an ordered list of messages that belongs to one owner. */
export type ThreadRelatedArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** The thread's own fields changed. */
export type ThreadChanged = {
  readonly __typename?: 'ThreadChanged';
  /** The thread as it is now. */
  readonly thread: Thread;
};

/** A part of a list. */
export type ThreadConnection = {
  readonly __typename?: 'ThreadConnection';
  /** The threads, in order. */
  readonly edges: ReadonlyArray<ThreadEdge>;
  /** Whether there is more. */
  readonly pageInfo: PageInfo;
  /** How many threads the filter keeps, on all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** The thread was deleted; nothing follows. */
export type ThreadDeleted = {
  readonly __typename?: 'ThreadDeleted';
  /** The id that names nothing any more. */
  readonly deletedId: Scalars['ID']['output'];
};

/** A thread in a list. */
export type ThreadEdge = {
  readonly __typename?: 'ThreadEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['String']['output'];
  /** The thread. */
  readonly node: Thread;
};

/** What happens in a thread. */
export type ThreadEvent = MessageAppended | MessageDeleted | MessageFinished | MessageSuperseded | ThreadChanged | ThreadDeleted;

/** Which threads to list. Fields are joined by AND, the values of one list by OR. A list has at most 100 values. */
export type ThreadFilter = {
  /** Threads of these agents. */
  readonly agents?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Opened then. */
  readonly createdAt?: InputMaybe<TimeRangeInput>;
  /** With a last message then. */
  readonly lastMessageAt?: InputMaybe<TimeRangeInput>;
  /** All of these pairs must be there. */
  readonly metadata?: InputMaybe<Scalars['Metadata']['input']>;
  /** Threads of these owners; for analysts. A plain user's list holds their own threads whatever it says. */
  readonly ownerIds?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Only these; by default all. */
  readonly statuses?: InputMaybe<ReadonlyArray<ThreadStatus>>;
};

/** A thread that a search found. */
export type ThreadHit = {
  readonly __typename?: 'ThreadHit';
  /** Its best hits, the best first; at most 5. */
  readonly hits: ReadonlyArray<MessageHit>;
  /** How well its best messages fit, 0 to 1. */
  readonly score: Scalars['Float']['output'];
  /** The thread. */
  readonly thread: Thread;
};

/** A part of the threads that a search found. */
export type ThreadHitConnection = {
  readonly __typename?: 'ThreadHitConnection';
  /** The threads, the best first. */
  readonly edges: ReadonlyArray<ThreadHitEdge>;
  /** Whether there is more. */
  readonly pageInfo: PageInfo;
  /** How many threads the search ranked, on all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A thread hit in a list. */
export type ThreadHitEdge = {
  readonly __typename?: 'ThreadHitEdge';
  /** Its place in the list. */
  readonly cursor: Scalars['String']['output'];
  /** The thread and its best hits. */
  readonly node: ThreadHit;
};

/** The order of a list of threads. */
export type ThreadOrder = {
  /** Which end first. */
  readonly direction?: OrderDirection;
  /** By what. */
  readonly field?: ThreadOrderField;
};

/** What a list of threads may be ordered by. */
export type ThreadOrderField =
  /** When they were opened. */
  | 'CREATED_AT'
  /** When their last message was written; without one, when they were opened. */
  | 'LAST_MESSAGE_AT'
  /** When their own fields last changed. */
  | 'UPDATED_AT';

/** Whether a thread is in use. */
export type ThreadStatus =
  /** In use. */
  | 'ACTIVE'
  /** Put away; still read and found. */
  | 'ARCHIVED';

/** A half-open span of time: from ≤ t < to. */
export type TimeRangeInput = {
  /** Not before this. */
  readonly from?: InputMaybe<Scalars['DateTime']['input']>;
  /** Before this. */
  readonly to?: InputMaybe<Scalars['DateTime']['input']>;
};

/** A model's wish to have a tool called. */
export type ToolCall = {
  readonly __typename?: 'ToolCall';
  /** Its arguments as JSON text, as the model wrote them. */
  readonly arguments: Scalars['String']['output'];
  /** What the TOOL message that answers it names. */
  readonly id: Scalars['ID']['output'];
  /** The tool. */
  readonly name: Scalars['String']['output'];
};

/** A model's wish to have a tool called. */
export type ToolCallInput = {
  /** Its arguments as JSON text. */
  readonly arguments?: Scalars['String']['input'];
  /** What the TOOL message that answers it names. */
  readonly id: Scalars['ID']['input'];
  /** The tool. */
  readonly name: Scalars['String']['input'];
};

/** A tool that a model may ask for. Skein calls none: the reply says which, the client answers with TOOL messages. */
export type ToolInput = {
  /** What it does and when to use it, for the model. At most 4,096 characters. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** Its name: letters, digits, `_` and `-`, at most 64. */
  readonly name: Scalars['String']['input'];
  /** What it takes: a JSON Schema of an object, as JSON text. At most 64 KB. */
  readonly parameters?: InputMaybe<Scalars['String']['input']>;
};

/** What to change about a thread. A field left out stays as it is; null clears title and expiry. */
export type UpdateThreadInput = {
  /** From this moment on it is gone. */
  readonly expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The thread's id. */
  readonly id: Scalars['ID']['input'];
  /** Refuse with CONFLICT unless the thread has this version. */
  readonly ifVersion?: InputMaybe<Scalars['Int']['input']>;
  /** Replaces all pairs. At most 16 pairs, keys of 64 and values of 512 characters. */
  readonly metadata?: InputMaybe<Scalars['Metadata']['input']>;
  /** Whether it is in use. */
  readonly status?: InputMaybe<ThreadStatus>;
  /** What it is about. At most 512 characters. */
  readonly title?: InputMaybe<Scalars['String']['input']>;
};

/** What `updateThread` changed. */
export type UpdateThreadPayload = {
  readonly __typename?: 'UpdateThreadPayload';
  /** The thread as it is now. */
  readonly thread: Thread;
};

/** Tokens, as the model's provider counted them. */
export type Usage = {
  readonly __typename?: 'Usage';
  /** Tokens read by the model. */
  readonly inputTokens: Scalars['Int']['output'];
  /** Tokens written by the model. */
  readonly outputTokens: Scalars['Int']['output'];
};

/** Tokens, as the model's provider counted them. */
export type UsageInput = {
  /** Tokens read by the model. */
  readonly inputTokens: Scalars['Int']['input'];
  /** Tokens written by the model. */
  readonly outputTokens: Scalars['Int']['input'];
};

/** Who is asking. */
export type Viewer = {
  readonly __typename?: 'Viewer';
  /** The user's name at the identity provider. */
  readonly id: Scalars['ID']['output'];
  /** How many of the viewer's messages are not findable by meaning yet. */
  readonly pendingIndexing: Scalars['Int']['output'];
  /** What the viewer may do. */
  readonly roles: ReadonlyArray<ViewerRole>;
  /** The organisation; nothing outside it is ever visible. */
  readonly tenantId: Scalars['ID']['output'];
};

/** What a viewer may do. */
export type ViewerRole =
  /** Also changes and deletes threads of others in the tenant. */
  | 'ADMIN'
  /** Reads and searches all of the tenant. */
  | 'ANALYST'
  /** Reads and writes their own threads. */
  | 'USER';



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;



/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  ReplyEvent:
    | ( Omit<MessageStored, 'userMessage'> & { userMessage: _RefType['Message'] } )
    | ( Omit<ReplyCompleted, 'reply' | 'thread'> & { reply: _RefType['Message'], thread: _RefType['Thread'] } )
    | ( ReplyDelta )
    | ( Omit<ReplyFailed, 'reply'> & { reply: _RefType['Message'] } )
  ;
  ThreadEvent:
    | ( Omit<MessageAppended, 'message'> & { message: _RefType['Message'] } )
    | ( MessageDeleted )
    | ( Omit<MessageFinished, 'message'> & { message: _RefType['Message'] } )
    | ( MessageSuperseded )
    | ( Omit<ThreadChanged, 'thread'> & { thread: _RefType['Thread'] } )
    | ( ThreadDeleted )
  ;
};

/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Node:
    | ( MessageModel )
    | ( ThreadModel )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  AppendMessageInput: AppendMessageInput;
  AppendMessagesInput: AppendMessagesInput;
  AppendMessagesPayload: ResolverTypeWrapper<Omit<AppendMessagesPayload, 'messages' | 'thread'> & { messages: ReadonlyArray<ResolversTypes['Message']>, thread: ResolversTypes['Thread'] }>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  CancelReplyPayload: ResolverTypeWrapper<Omit<CancelReplyPayload, 'reply'> & { reply: ResolversTypes['Message'] }>;
  CreateThreadInput: CreateThreadInput;
  CreateThreadPayload: ResolverTypeWrapper<Omit<CreateThreadPayload, 'thread'> & { thread: ResolversTypes['Thread'] }>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DeletePayload: ResolverTypeWrapper<DeletePayload>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  Highlight: ResolverTypeWrapper<Highlight>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Indexing: Indexing;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  MatchKind: MatchKind;
  Message: ResolverTypeWrapper<MessageModel>;
  MessageAppended: ResolverTypeWrapper<Omit<MessageAppended, 'message'> & { message: ResolversTypes['Message'] }>;
  MessageConnection: ResolverTypeWrapper<MessageConnectionModel>;
  MessageDeleted: ResolverTypeWrapper<MessageDeleted>;
  MessageEdge: ResolverTypeWrapper<Omit<MessageEdge, 'node'> & { node: ResolversTypes['Message'] }>;
  MessageFilter: MessageFilter;
  MessageFinished: ResolverTypeWrapper<Omit<MessageFinished, 'message'> & { message: ResolversTypes['Message'] }>;
  MessageHit: ResolverTypeWrapper<MessageHitModel>;
  MessageHitConnection: ResolverTypeWrapper<Omit<MessageHitConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['MessageHitEdge']> }>;
  MessageHitEdge: ResolverTypeWrapper<Omit<MessageHitEdge, 'node'> & { node: ResolversTypes['MessageHit'] }>;
  MessageStatus: MessageStatus;
  MessageStored: ResolverTypeWrapper<Omit<MessageStored, 'userMessage'> & { userMessage: ResolversTypes['Message'] }>;
  MessageSuperseded: ResolverTypeWrapper<MessageSuperseded>;
  Metadata: ResolverTypeWrapper<Scalars['Metadata']['output']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Node: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Node']>;
  OrderDirection: OrderDirection;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RecallInput: RecallInput;
  RegenerateReplyInput: RegenerateReplyInput;
  ReplyCompleted: ResolverTypeWrapper<Omit<ReplyCompleted, 'reply' | 'thread'> & { reply: ResolversTypes['Message'], thread: ResolversTypes['Thread'] }>;
  ReplyDelta: ResolverTypeWrapper<ReplyDelta>;
  ReplyEvent: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ReplyEvent']>;
  ReplyFailed: ResolverTypeWrapper<Omit<ReplyFailed, 'reply'> & { reply: ResolversTypes['Message'] }>;
  ReplyFailure: ResolverTypeWrapper<ReplyFailure>;
  ReplyFailureCode: ReplyFailureCode;
  Role: Role;
  SearchMode: SearchMode;
  SendMessageInput: SendMessageInput;
  SendMessagePayload: ResolverTypeWrapper<Omit<SendMessagePayload, 'reply' | 'thread' | 'userMessage'> & { reply: ResolversTypes['Message'], thread: ResolversTypes['Thread'], userMessage: ResolversTypes['Message'] }>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Thread: ResolverTypeWrapper<ThreadModel>;
  ThreadChanged: ResolverTypeWrapper<Omit<ThreadChanged, 'thread'> & { thread: ResolversTypes['Thread'] }>;
  ThreadConnection: ResolverTypeWrapper<ThreadConnectionModel>;
  ThreadDeleted: ResolverTypeWrapper<ThreadDeleted>;
  ThreadEdge: ResolverTypeWrapper<Omit<ThreadEdge, 'node'> & { node: ResolversTypes['Thread'] }>;
  ThreadEvent: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ThreadEvent']>;
  ThreadFilter: ThreadFilter;
  ThreadHit: ResolverTypeWrapper<ThreadHitModel>;
  ThreadHitConnection: ResolverTypeWrapper<Omit<ThreadHitConnection, 'edges'> & { edges: ReadonlyArray<ResolversTypes['ThreadHitEdge']> }>;
  ThreadHitEdge: ResolverTypeWrapper<Omit<ThreadHitEdge, 'node'> & { node: ResolversTypes['ThreadHit'] }>;
  ThreadOrder: ThreadOrder;
  ThreadOrderField: ThreadOrderField;
  ThreadStatus: ThreadStatus;
  TimeRangeInput: TimeRangeInput;
  ToolCall: ResolverTypeWrapper<ToolCall>;
  ToolCallInput: ToolCallInput;
  ToolInput: ToolInput;
  UpdateThreadInput: UpdateThreadInput;
  UpdateThreadPayload: ResolverTypeWrapper<Omit<UpdateThreadPayload, 'thread'> & { thread: ResolversTypes['Thread'] }>;
  Usage: ResolverTypeWrapper<Usage>;
  UsageInput: UsageInput;
  Viewer: ResolverTypeWrapper<ViewerModel>;
  ViewerRole: ViewerRole;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  AppendMessageInput: AppendMessageInput;
  AppendMessagesInput: AppendMessagesInput;
  AppendMessagesPayload: Omit<AppendMessagesPayload, 'messages' | 'thread'> & { messages: ReadonlyArray<ResolversParentTypes['Message']>, thread: ResolversParentTypes['Thread'] };
  Boolean: Scalars['Boolean']['output'];
  CancelReplyPayload: Omit<CancelReplyPayload, 'reply'> & { reply: ResolversParentTypes['Message'] };
  CreateThreadInput: CreateThreadInput;
  CreateThreadPayload: Omit<CreateThreadPayload, 'thread'> & { thread: ResolversParentTypes['Thread'] };
  DateTime: Scalars['DateTime']['output'];
  DeletePayload: DeletePayload;
  Float: Scalars['Float']['output'];
  Highlight: Highlight;
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  Message: MessageModel;
  MessageAppended: Omit<MessageAppended, 'message'> & { message: ResolversParentTypes['Message'] };
  MessageConnection: MessageConnectionModel;
  MessageDeleted: MessageDeleted;
  MessageEdge: Omit<MessageEdge, 'node'> & { node: ResolversParentTypes['Message'] };
  MessageFilter: MessageFilter;
  MessageFinished: Omit<MessageFinished, 'message'> & { message: ResolversParentTypes['Message'] };
  MessageHit: MessageHitModel;
  MessageHitConnection: Omit<MessageHitConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['MessageHitEdge']> };
  MessageHitEdge: Omit<MessageHitEdge, 'node'> & { node: ResolversParentTypes['MessageHit'] };
  MessageStored: Omit<MessageStored, 'userMessage'> & { userMessage: ResolversParentTypes['Message'] };
  MessageSuperseded: MessageSuperseded;
  Metadata: Scalars['Metadata']['output'];
  Mutation: Record<PropertyKey, never>;
  Node: ResolversInterfaceTypes<ResolversParentTypes>['Node'];
  PageInfo: PageInfo;
  Query: Record<PropertyKey, never>;
  RecallInput: RecallInput;
  RegenerateReplyInput: RegenerateReplyInput;
  ReplyCompleted: Omit<ReplyCompleted, 'reply' | 'thread'> & { reply: ResolversParentTypes['Message'], thread: ResolversParentTypes['Thread'] };
  ReplyDelta: ReplyDelta;
  ReplyEvent: ResolversUnionTypes<ResolversParentTypes>['ReplyEvent'];
  ReplyFailed: Omit<ReplyFailed, 'reply'> & { reply: ResolversParentTypes['Message'] };
  ReplyFailure: ReplyFailure;
  SendMessageInput: SendMessageInput;
  SendMessagePayload: Omit<SendMessagePayload, 'reply' | 'thread' | 'userMessage'> & { reply: ResolversParentTypes['Message'], thread: ResolversParentTypes['Thread'], userMessage: ResolversParentTypes['Message'] };
  String: Scalars['String']['output'];
  Subscription: Record<PropertyKey, never>;
  Thread: ThreadModel;
  ThreadChanged: Omit<ThreadChanged, 'thread'> & { thread: ResolversParentTypes['Thread'] };
  ThreadConnection: ThreadConnectionModel;
  ThreadDeleted: ThreadDeleted;
  ThreadEdge: Omit<ThreadEdge, 'node'> & { node: ResolversParentTypes['Thread'] };
  ThreadEvent: ResolversUnionTypes<ResolversParentTypes>['ThreadEvent'];
  ThreadFilter: ThreadFilter;
  ThreadHit: ThreadHitModel;
  ThreadHitConnection: Omit<ThreadHitConnection, 'edges'> & { edges: ReadonlyArray<ResolversParentTypes['ThreadHitEdge']> };
  ThreadHitEdge: Omit<ThreadHitEdge, 'node'> & { node: ResolversParentTypes['ThreadHit'] };
  ThreadOrder: ThreadOrder;
  TimeRangeInput: TimeRangeInput;
  ToolCall: ToolCall;
  ToolCallInput: ToolCallInput;
  ToolInput: ToolInput;
  UpdateThreadInput: UpdateThreadInput;
  UpdateThreadPayload: Omit<UpdateThreadPayload, 'thread'> & { thread: ResolversParentTypes['Thread'] };
  Usage: Usage;
  UsageInput: UsageInput;
  Viewer: ViewerModel;
};

export type AppendMessagesPayloadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['AppendMessagesPayload'] = ResolversParentTypes['AppendMessagesPayload']> = {
  messages?: Resolver<ReadonlyArray<ResolversTypes['Message']>, ParentType, ContextType>;
  thread?: Resolver<ResolversTypes['Thread'], ParentType, ContextType>;
};

export type CancelReplyPayloadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['CancelReplyPayload'] = ResolversParentTypes['CancelReplyPayload']> = {
  reply?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
};

export type CreateThreadPayloadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['CreateThreadPayload'] = ResolversParentTypes['CreateThreadPayload']> = {
  thread?: Resolver<ResolversTypes['Thread'], ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DeletePayloadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['DeletePayload'] = ResolversParentTypes['DeletePayload']> = {
  deletedId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type HighlightResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Highlight'] = ResolversParentTypes['Highlight']> = {
  end?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  start?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MessageResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Message'] = ResolversParentTypes['Message']> = {
  author?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  content?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  failure?: Resolver<Maybe<ResolversTypes['ReplyFailure']>, ParentType, ContextType>;
  finishReason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  indexing?: Resolver<ResolversTypes['Indexing'], ParentType, ContextType>;
  latencyMs?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  metadata?: Resolver<ResolversTypes['Metadata'], ParentType, ContextType>;
  model?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  neighbours?: Resolver<ReadonlyArray<ResolversTypes['Message']>, ParentType, ContextType, RequireFields<MessageNeighboursArgs, 'after' | 'before'>>;
  recalled?: Resolver<ReadonlyArray<ResolversTypes['Message']>, ParentType, ContextType>;
  role?: Resolver<ResolversTypes['Role'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  similar?: Resolver<ResolversTypes['MessageHitConnection'], ParentType, ContextType, RequireFields<MessageSimilarArgs, 'first'>>;
  status?: Resolver<ResolversTypes['MessageStatus'], ParentType, ContextType>;
  thread?: Resolver<ResolversTypes['Thread'], ParentType, ContextType>;
  toolCallId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  toolCalls?: Resolver<ReadonlyArray<ResolversTypes['ToolCall']>, ParentType, ContextType>;
  usage?: Resolver<Maybe<ResolversTypes['Usage']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MessageAppendedResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['MessageAppended'] = ResolversParentTypes['MessageAppended']> = {
  message?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MessageConnectionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['MessageConnection'] = ResolversParentTypes['MessageConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['MessageEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type MessageDeletedResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['MessageDeleted'] = ResolversParentTypes['MessageDeleted']> = {
  deletedId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MessageEdgeResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['MessageEdge'] = ResolversParentTypes['MessageEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
};

export type MessageFinishedResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['MessageFinished'] = ResolversParentTypes['MessageFinished']> = {
  message?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MessageHitResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['MessageHit'] = ResolversParentTypes['MessageHit']> = {
  duplicateCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  duplicates?: Resolver<ReadonlyArray<ResolversTypes['Message']>, ParentType, ContextType>;
  highlights?: Resolver<ReadonlyArray<ResolversTypes['Highlight']>, ParentType, ContextType>;
  keywordScore?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  matchedBy?: Resolver<ReadonlyArray<ResolversTypes['MatchKind']>, ParentType, ContextType>;
  meaningScore?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
  neighbours?: Resolver<ReadonlyArray<ResolversTypes['Message']>, ParentType, ContextType, RequireFields<MessageHitNeighboursArgs, 'after' | 'before'>>;
  score?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  snippet?: Resolver<ResolversTypes['String'], ParentType, ContextType, RequireFields<MessageHitSnippetArgs, 'length'>>;
  thread?: Resolver<ResolversTypes['Thread'], ParentType, ContextType>;
};

export type MessageHitConnectionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['MessageHitConnection'] = ResolversParentTypes['MessageHitConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['MessageHitEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type MessageHitEdgeResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['MessageHitEdge'] = ResolversParentTypes['MessageHitEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['MessageHit'], ParentType, ContextType>;
};

export type MessageStoredResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['MessageStored'] = ResolversParentTypes['MessageStored']> = {
  replyId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  userMessage?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MessageSupersededResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['MessageSuperseded'] = ResolversParentTypes['MessageSuperseded']> = {
  supersededId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface MetadataScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Metadata'], any> {
  name: 'Metadata';
}

export type MutationResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  appendMessages?: Resolver<ResolversTypes['AppendMessagesPayload'], ParentType, ContextType, RequireFields<MutationAppendMessagesArgs, 'input'>>;
  cancelReply?: Resolver<ResolversTypes['CancelReplyPayload'], ParentType, ContextType, RequireFields<MutationCancelReplyArgs, 'messageId'>>;
  createThread?: Resolver<ResolversTypes['CreateThreadPayload'], ParentType, ContextType, RequireFields<MutationCreateThreadArgs, 'input'>>;
  deleteMessage?: Resolver<ResolversTypes['DeletePayload'], ParentType, ContextType, RequireFields<MutationDeleteMessageArgs, 'id'>>;
  deleteThread?: Resolver<ResolversTypes['DeletePayload'], ParentType, ContextType, RequireFields<MutationDeleteThreadArgs, 'id'>>;
  regenerateReply?: Resolver<ResolversTypes['SendMessagePayload'], ParentType, ContextType, RequireFields<MutationRegenerateReplyArgs, 'input'>>;
  sendMessage?: Resolver<ResolversTypes['SendMessagePayload'], ParentType, ContextType, RequireFields<MutationSendMessageArgs, 'input'>>;
  updateThread?: Resolver<ResolversTypes['UpdateThreadPayload'], ParentType, ContextType, RequireFields<MutationUpdateThreadArgs, 'input'>>;
};

export type NodeResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'Message' | 'Thread', ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<QueryNodeArgs, 'id'>>;
  nodes?: Resolver<ReadonlyArray<Maybe<ResolversTypes['Node']>>, ParentType, ContextType, RequireFields<QueryNodesArgs, 'ids'>>;
  searchMessages?: Resolver<ResolversTypes['MessageHitConnection'], ParentType, ContextType, RequireFields<QuerySearchMessagesArgs, 'first' | 'mode' | 'query'>>;
  searchThreads?: Resolver<ResolversTypes['ThreadHitConnection'], ParentType, ContextType, RequireFields<QuerySearchThreadsArgs, 'first' | 'mode' | 'query'>>;
  thread?: Resolver<Maybe<ResolversTypes['Thread']>, ParentType, ContextType, RequireFields<QueryThreadArgs, 'id'>>;
  threads?: Resolver<ResolversTypes['ThreadConnection'], ParentType, ContextType, Partial<QueryThreadsArgs>>;
  viewer?: Resolver<ResolversTypes['Viewer'], ParentType, ContextType>;
};

export type ReplyCompletedResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ReplyCompleted'] = ResolversParentTypes['ReplyCompleted']> = {
  reply?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
  thread?: Resolver<ResolversTypes['Thread'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ReplyDeltaResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ReplyDelta'] = ResolversParentTypes['ReplyDelta']> = {
  replyId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ReplyEventResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ReplyEvent'] = ResolversParentTypes['ReplyEvent']> = {
  __resolveType: TypeResolveFn<'MessageStored' | 'ReplyCompleted' | 'ReplyDelta' | 'ReplyFailed', ParentType, ContextType>;
};

export type ReplyFailedResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ReplyFailed'] = ResolversParentTypes['ReplyFailed']> = {
  failure?: Resolver<ResolversTypes['ReplyFailure'], ParentType, ContextType>;
  reply?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ReplyFailureResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ReplyFailure'] = ResolversParentTypes['ReplyFailure']> = {
  code?: Resolver<ResolversTypes['ReplyFailureCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type SendMessagePayloadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['SendMessagePayload'] = ResolversParentTypes['SendMessagePayload']> = {
  failure?: Resolver<Maybe<ResolversTypes['ReplyFailure']>, ParentType, ContextType>;
  reply?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
  thread?: Resolver<ResolversTypes['Thread'], ParentType, ContextType>;
  userMessage?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  reply?: SubscriptionResolver<ResolversTypes['ReplyEvent'], "reply", ParentType, ContextType, RequireFields<SubscriptionReplyArgs, 'input'>>;
  threadEvents?: SubscriptionResolver<ResolversTypes['ThreadEvent'], "threadEvents", ParentType, ContextType, RequireFields<SubscriptionThreadEventsArgs, 'threadId'>>;
};

export type ThreadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Thread'] = ResolversParentTypes['Thread']> = {
  agent?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  instructions?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  lastMessageAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  messageCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  messages?: Resolver<ResolversTypes['MessageConnection'], ParentType, ContextType, Partial<ThreadMessagesArgs>>;
  metadata?: Resolver<ResolversTypes['Metadata'], ParentType, ContextType>;
  ownerId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  related?: Resolver<ResolversTypes['ThreadHitConnection'], ParentType, ContextType, RequireFields<ThreadRelatedArgs, 'first'>>;
  status?: Resolver<ResolversTypes['ThreadStatus'], ParentType, ContextType>;
  title?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  usage?: Resolver<ResolversTypes['Usage'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ThreadChangedResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ThreadChanged'] = ResolversParentTypes['ThreadChanged']> = {
  thread?: Resolver<ResolversTypes['Thread'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ThreadConnectionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ThreadConnection'] = ResolversParentTypes['ThreadConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ThreadEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ThreadDeletedResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ThreadDeleted'] = ResolversParentTypes['ThreadDeleted']> = {
  deletedId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ThreadEdgeResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ThreadEdge'] = ResolversParentTypes['ThreadEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Thread'], ParentType, ContextType>;
};

export type ThreadEventResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ThreadEvent'] = ResolversParentTypes['ThreadEvent']> = {
  __resolveType: TypeResolveFn<'MessageAppended' | 'MessageDeleted' | 'MessageFinished' | 'MessageSuperseded' | 'ThreadChanged' | 'ThreadDeleted', ParentType, ContextType>;
};

export type ThreadHitResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ThreadHit'] = ResolversParentTypes['ThreadHit']> = {
  hits?: Resolver<ReadonlyArray<ResolversTypes['MessageHit']>, ParentType, ContextType>;
  score?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  thread?: Resolver<ResolversTypes['Thread'], ParentType, ContextType>;
};

export type ThreadHitConnectionResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ThreadHitConnection'] = ResolversParentTypes['ThreadHitConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['ThreadHitEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ThreadHitEdgeResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ThreadHitEdge'] = ResolversParentTypes['ThreadHitEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['ThreadHit'], ParentType, ContextType>;
};

export type ToolCallResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['ToolCall'] = ResolversParentTypes['ToolCall']> = {
  arguments?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type UpdateThreadPayloadResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['UpdateThreadPayload'] = ResolversParentTypes['UpdateThreadPayload']> = {
  thread?: Resolver<ResolversTypes['Thread'], ParentType, ContextType>;
};

export type UsageResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Usage'] = ResolversParentTypes['Usage']> = {
  inputTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  outputTokens?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ViewerResolvers<ContextType = RequestContext, ParentType extends ResolversParentTypes['Viewer'] = ResolversParentTypes['Viewer']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  pendingIndexing?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  roles?: Resolver<ReadonlyArray<ResolversTypes['ViewerRole']>, ParentType, ContextType>;
  tenantId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type Resolvers<ContextType = RequestContext> = {
  AppendMessagesPayload?: AppendMessagesPayloadResolvers<ContextType>;
  CancelReplyPayload?: CancelReplyPayloadResolvers<ContextType>;
  CreateThreadPayload?: CreateThreadPayloadResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  DeletePayload?: DeletePayloadResolvers<ContextType>;
  Highlight?: HighlightResolvers<ContextType>;
  Message?: MessageResolvers<ContextType>;
  MessageAppended?: MessageAppendedResolvers<ContextType>;
  MessageConnection?: MessageConnectionResolvers<ContextType>;
  MessageDeleted?: MessageDeletedResolvers<ContextType>;
  MessageEdge?: MessageEdgeResolvers<ContextType>;
  MessageFinished?: MessageFinishedResolvers<ContextType>;
  MessageHit?: MessageHitResolvers<ContextType>;
  MessageHitConnection?: MessageHitConnectionResolvers<ContextType>;
  MessageHitEdge?: MessageHitEdgeResolvers<ContextType>;
  MessageStored?: MessageStoredResolvers<ContextType>;
  MessageSuperseded?: MessageSupersededResolvers<ContextType>;
  Metadata?: GraphQLScalarType;
  Mutation?: MutationResolvers<ContextType>;
  Node?: NodeResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  ReplyCompleted?: ReplyCompletedResolvers<ContextType>;
  ReplyDelta?: ReplyDeltaResolvers<ContextType>;
  ReplyEvent?: ReplyEventResolvers<ContextType>;
  ReplyFailed?: ReplyFailedResolvers<ContextType>;
  ReplyFailure?: ReplyFailureResolvers<ContextType>;
  SendMessagePayload?: SendMessagePayloadResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  Thread?: ThreadResolvers<ContextType>;
  ThreadChanged?: ThreadChangedResolvers<ContextType>;
  ThreadConnection?: ThreadConnectionResolvers<ContextType>;
  ThreadDeleted?: ThreadDeletedResolvers<ContextType>;
  ThreadEdge?: ThreadEdgeResolvers<ContextType>;
  ThreadEvent?: ThreadEventResolvers<ContextType>;
  ThreadHit?: ThreadHitResolvers<ContextType>;
  ThreadHitConnection?: ThreadHitConnectionResolvers<ContextType>;
  ThreadHitEdge?: ThreadHitEdgeResolvers<ContextType>;
  ToolCall?: ToolCallResolvers<ContextType>;
  UpdateThreadPayload?: UpdateThreadPayloadResolvers<ContextType>;
  Usage?: UsageResolvers<ContextType>;
  Viewer?: ViewerResolvers<ContextType>;
};

