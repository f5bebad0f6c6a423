import { connectInferenceEmbedder } from '../../../src/models/azure-inference/embedder.ts';
import { embedderProviderKeepsItsPromises } from '../embedder-provider.ts';

embedderProviderKeepsItsPromises({
  protocol: 'azure-inference',
  settings: {
    key: 'AZURE_INFERENCE_KEY',
    model: 'AZURE_INFERENCE_EMBEDDING_MODEL',
    dimensions: 'AZURE_INFERENCE_EMBEDDING_DIMENSIONS',
  },
  batch: 96,
  connect: ({ url, ...options }) => connectInferenceEmbedder({ endpoint: url, ...options }),
});
