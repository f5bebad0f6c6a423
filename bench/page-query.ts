/** Appends messages to a thread. */
export const APPEND = `mutation ($input: AppendMessagesInput!) { appendMessages(input: $input) { thread { id } } }`;

/** A thread with 50 of its messages, and all that a client may want to know of them. */
export const PAGE = `query ($id: ID!) {
  thread(id: $id) {
    id title status createdAt messageCount
    messages(first: 50) {
      edges { cursor node { id seq role author content model status finishReason createdAt indexing metadata usage { inputTokens outputTokens } } }
      pageInfo { hasNextPage endCursor }
      totalCount
    }
  }
}`;
