import { z } from 'zod';
import { refuses } from './answers.ts';
import type { Answer } from './protocol.ts';

export type EmbeddingModel = {
  /** Components of a vector when a request names none. */
  readonly dimensions: number;
  /** Whether a request may name fewer. */
  readonly canBeAskedForOthers?: boolean;
  /** Texts with more characters are refused, in the words of OpenAI's server. */
  readonly mostCharacters?: number;
  /** More texts a request are refused with 413. */
  readonly mostTexts?: number;
  /** Answers with numbers even where base64 is asked for, as many servers do. */
  readonly knowsNoBase64?: boolean;
};

const asked = z.object({ input: z.array(z.string()), dimensions: z.number().optional() });

/** Embeds as `embeddingOf` says, within the model's limits. */
export function embeds(model: EmbeddingModel): Answer {
  return (response, request) => {
    const { input: texts, dimensions: wanted } = asked.parse(request.body);
    if (wanted !== undefined && model.canBeAskedForOthers !== true) {
      return refuses(400, invalid('This model does not support specifying dimensions.', 'dimensions'))(
        response,
        request,
      );
    }
    if (texts.length > (model.mostTexts ?? Infinity)) {
      return refuses(413, { error: `batch size ${String(texts.length)} > maximum allowed batch size` })(
        response,
        request,
      );
    }
    const tooLong = texts.some((text) => text.length > (model.mostCharacters ?? Infinity));
    if (tooLong) {
      const sentence =
        "This model's maximum context length is 8192 tokens, however you requested 9000 tokens (9000 in your prompt; 0 for the completion). Please reduce your prompt; or completion length.";
      return refuses(400, invalid(sentence, null))(response, request);
    }
    const base64 = request.body['encoding_format'] === 'base64' && model.knowsNoBase64 !== true;
    const vectors = texts.map((text) => embeddingOf(text, wanted ?? model.dimensions));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        object: 'list',
        data: vectors.map((vector, index) => ({
          object: 'embedding',
          index,
          embedding: base64 ? Buffer.from(vector.buffer).toString('base64') : [...vector],
        })),
        model: 'served-embedder',
        usage: { prompt_tokens: texts.length, total_tokens: texts.length },
      }),
    );
  };
}

/** A vector that tells its text: not of unit length, as servers' are not always. */
export function embeddingOf(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (let at = 0; at < text.length; at += 1) {
    const place = at % dimensions;
    vector[place] = (vector[place] ?? 0) + text.charCodeAt(at);
  }
  return vector;
}

function invalid(message: string, param: string | null) {
  return { error: { message, type: 'invalid_request_error', param, code: null } };
}
