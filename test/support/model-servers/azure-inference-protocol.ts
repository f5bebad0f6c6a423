import { refuses } from './answers.ts';
import type { Protocol } from './protocol.ts';

/** https://learn.microsoft.com/rest/api/aifoundry/modelinference: the two operations, as far as a client can be wrong. */
export const azureInferenceProtocol: Protocol = {
  basePath: '/models',
  operation: (path) => {
    const { pathname } = new URL(path, 'http://server');
    if (pathname === '/models/chat/completions') return 'chat';
    return pathname === '/models/embeddings' ? 'embeddings' : null;
  },
  refusal: ({ path, headers, body }, key) => {
    if (!new URL(path, 'http://server').searchParams.has('api-version')) {
      return refuses(400, { error: { code: 'MissingApiVersionParameter', message: 'api-version is required' } });
    }
    if (key !== null && headers['api-key'] !== key && headers.authorization !== `Bearer ${key}`) {
      return refuses(401, {
        error: { code: '401', message: `Access denied for ${String(headers.authorization)}.` },
      });
    }
    // What the protocol does not name is refused, unless the client says that it is the model's own.
    const extras = Object.keys(body).filter((name) => !PARAMETERS.has(name));
    return extras.length > 0 && headers['extra-parameters'] !== 'pass-through'
      ? refuses(400, { error: { code: 'extra_forbidden', message: `Extra inputs: ${extras.join(', ')}` } })
      : null;
  },
};

const PARAMETERS = new Set(
  'messages stream model tools tool_choice temperature top_p max_tokens stop seed response_format frequency_penalty presence_penalty input dimensions encoding_format input_type'.split(
    ' ',
  ),
);
