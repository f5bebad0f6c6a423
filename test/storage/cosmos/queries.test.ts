import { test } from 'node:test';
import type { MessageFilter } from '../../../src/core/filter.ts';
import { newMessageId, newThreadId } from '../../../src/core/ids.ts';
import { ledgerRows, owingHeads } from '../../../src/storage/cosmos/ledger-queries.ts';
import {
  lastMessage,
  messageCount,
  messagesAfter,
  messagesBefore,
  messagesOf,
  messagesWithHeads,
  messageTails,
  messageWindow,
  pendingReplies,
} from '../../../src/storage/cosmos/message-queries.ts';
import { itemsBehind, itemsBesideHead, parcels, passagesOf } from '../../../src/storage/cosmos/partition-queries.ts';
import type { Query } from '../../../src/storage/cosmos/query.ts';
import {
  messagesToIndex,
  passagesAround,
  pendingCount,
  unbuiltMessages,
  waitingMessages,
} from '../../../src/storage/cosmos/index-queries.ts';
import {
  builtCount,
  itemsToSettle,
  messagesLeftBehind,
  passagesOfOthers,
  searchedCount,
  stillNeeded,
} from '../../../src/storage/cosmos/switch-queries.ts';
import { goneHeads } from '../../../src/storage/cosmos/gone.ts';
import {
  bestWordMatches,
  messagesHolding,
  messagesInScope,
  nearestPassages,
  ownVectors,
  wordMatches,
  wordsAndNearness,
} from '../../../src/storage/cosmos/search-queries.ts';
import {
  expiredHeads,
  heads,
  threadCount,
  threadList,
  unfinishedHeads,
} from '../../../src/storage/cosmos/thread-queries.ts';
import { aScope, aTenantScope } from '../../support/builders.ts';

const owner = aScope();
const tenant = aTenantScope();
const key = { owner: owner.owner, thread: newThreadId(owner.owner, 'one') };
const other = { owner: owner.owner, thread: newThreadId(owner.owner, 'two') };
const message = { ...key, message: newMessageId(key, 'one') };
const now = 1_000;
const days = { from: '2026-11-01', to: '2026-11-30' };
const middle = { from: 'end', limit: 10, after: 5, before: 50 } as const;
const filter: MessageFilter = {
  threadKeys: [key],
  excludedThreadKeys: [other],
  ownerIds: [owner.owner],
  roles: ['USER', 'TOOL'],
  authors: ['Ada'],
  agents: ['planner'],
  models: ['m-1'],
  statuses: [],
  createdAt: { from: 1, to: 2 },
  threadMetadata: { topic: 'water' },
  messageMetadata: { 'odd "key"': "it's" },
};
const place = { value: 7, thread: key.thread };
const words = {
  terms: ['kayak', 'café'],
  constraints: { phrases: [['red', 'kayak'], ['café']], excluded: ['leaks'], authors: [['ada', 'lovelace'], ['bob']] },
  filter: {},
  rows: 201,
  now,
};
const vector = { vector: [1, -2], vectorModel: 'm/2', rows: 400, now };
const wanted = { words: [message], nearness: [{ ...message, ...other }], texts: true };

const QUERIES: Record<string, Query> = {
  'threads of an owner': threadList({
    scope: owner,
    filter: {},
    order: { field: 'LAST_MESSAGE_AT', direction: 'DESC' },
    window: { from: 'start', limit: 50, after: null, before: null },
    now,
  }),
  'threads of a tenant, filtered, from the end, between two places': threadList({
    scope: tenant,
    filter: {
      ownerIds: [owner.owner],
      statuses: ['ACTIVE'],
      agents: ['planner'],
      createdAt: { from: 1, to: null },
      lastMessageAt: { from: null, to: 2 },
      metadata: { topic: 'water' },
    },
    order: { field: 'CREATED_AT', direction: 'ASC' },
    window: { from: 'end', limit: 10, after: place, before: place },
    now,
  }),
  'the count of threads': threadCount(owner, {}, now),
  heads: heads(tenant, [key, other]),
  'expired heads': expiredHeads(now, 100),
  'unfinished heads': unfinishedHeads(100),
  'messages with their heads': messagesWithHeads(tenant, [message, { ...message, ...other }]),
  'messages of one thread with its head': messagesWithHeads(owner, [
    message,
    { ...message, message: newMessageId(key, 'two') },
  ]),
  'a window on messages': messageWindow(owner, { thread: key, filter: {}, window: { ...middle, from: 'start' } }),
  'a window on messages, filtered, from the end': messageWindow(tenant, { thread: key, filter, window: middle }),
  'the last messages of threads': messageTails(
    owner,
    [
      { thread: key, from: 3 },
      { thread: other, from: 1 },
    ],
    {},
  ),
  'the count of messages': messageCount(owner, key, { roles: ['USER'] }),
  'messages by id': messagesOf(owner, key, ['message-1', 'message-2']),
  'messages before a place': messagesBefore(owner, key, 5, 2),
  'messages after a place': messagesAfter(owner, key, 5, 8),
  'the last message but one': lastMessage(owner, key, 'message-1'),
  'pending replies': pendingReplies(now, 100),
  'items beside the head': itemsBesideHead(owner, key, 100),
  'items behind a version': itemsBehind(owner, key, 3, 100),
  parcels: parcels(owner, key, 'call-1', 0, 16),
  'passages of a message': passagesOf(owner, message),
  'heads that owe the ledger': owingHeads(tenant, days),
  'rows of the ledger': ledgerRows(owner, days),
  'heads of threads that are gone': goneHeads(owner),
  'messages by words': wordMatches({ scope: owner, ...words }),
  'the best messages by words': bestWordMatches({ scope: tenant, ...words }),
  'messages that hold any of some terms': messagesHolding(tenant, ['kayak', 'café'], 50, now),
  'the vectors of messages': ownVectors(owner, [message], 'm/2#1', now),
  'the nearest passages': nearestPassages({ scope: owner, ...vector, filter: {} }),
  'the nearest passages of a tenant, filtered': nearestPassages({ scope: tenant, ...vector, filter }),
  'passages when the vector has no direction': nearestPassages({ scope: owner, ...vector, vector: [0, 0], filter: {} }),
  'words and nearness': wordsAndNearness(owner, wanted, [1, -2], 'm/2'),
  'waiting messages': waitingMessages(1, { from: null, limit: 32 }, now),
  'messages that a model has no vectors of yet': unbuiltMessages(2, { from: 7, limit: 32 }, now),
  'how many messages there are': messagesInScope(owner, now),
  'the count of waiting messages': pendingCount(owner, 1, now),
  'messages to index': messagesToIndex(owner, key, {
    ids: ['message-1'],
    generation: 1,
    isServing: true,
  }),
  'messages to index by the next model': messagesToIndex(owner, key, {
    ids: ['message-1'],
    generation: 2,
    isServing: false,
  }),
  'passages around a place': passagesAround(owner, key, 1, 9, 'm/2#1'),
  'passages of every model around a place': passagesAround(owner, key, 1, 9, null),
  'how many messages are searched': searchedCount(now),
  'how many messages a model is through with': builtCount(2, now),
  'a message that a model still needs': stillNeeded(2, now),
  'messages to settle after a switch': itemsToSettle(2, 1_000),
  'messages left behind by a switch': messagesLeftBehind(2, 1_000),
  'passages of other models': passagesOfOthers(['m/2#1', 'n/4#2'], 1_000),
};

test('the text of every query is as it was', (t) => {
  for (const [name, { text, parameters, within, pipeline }] of Object.entries(QUERIES)) {
    const lines = text.split('\n').map((line) => line.trim());
    t.assert.snapshot({ name, text: lines, parameters, within, pipeline });
  }
});
