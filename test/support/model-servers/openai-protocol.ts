import { refuses } from './answers.ts';
import type { Protocol } from './protocol.ts';

/** https://platform.openai.com/docs/api-reference: chat completions and embeddings, as far as a client can be wrong. */
export const openAiProtocol: Protocol = {
  basePath: '/v1',
  operation: (path) => {
    if (path === '/v1/chat/completions') return 'chat';
    return path === '/v1/embeddings' ? 'embeddings' : null;
  },
  refusal: ({ headers, body }, key) => {
    if (key !== null && headers.authorization !== `Bearer ${key}`) {
      return refuses(401, {
        error: {
          message: `Incorrect API key provided: ${String(headers.authorization)}.`,
          type: 'invalid_request_error',
          param: null,
          code: 'invalid_api_key',
        },
      });
    }
    const blank = Array.isArray(body['input']) && body['input'].some((text) => text === '');
    return blank
      ? refuses(400, {
          error: {
            message: 'input cannot be an empty string',
            type: 'invalid_request_error',
            param: 'input',
            code: null,
          },
        })
      : null;
  },
};
