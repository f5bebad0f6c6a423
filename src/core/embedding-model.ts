/** Which model made a vector. Vectors of two models, or of two lengths, are never compared. */
export type EmbeddingModel = {
  /** Names model and version; stored with the vectors. */
  readonly model: string;
  /** Components a vector. */
  readonly dimensions: number;
  readonly origin: ModelOrigin;
};

/** Where a model is asked, so that it can be asked again after another was configured. Holds no secret. */
export type ModelOrigin = {
  /** As `SKEIN_EMBEDDER` names it. */
  readonly provider: string;
  /** The host of its endpoint; null: this machine itself. */
  readonly host: string | null;
  /** What it is called there: a model, or of Azure a deployment. */
  readonly name: string;
};

/** Whether two are one and the same, wherever they are asked. */
export function isSameModel(
  one: Pick<EmbeddingModel, 'model' | 'dimensions'>,
  other: Pick<EmbeddingModel, 'model' | 'dimensions'>,
): boolean {
  return one.model === other.model && one.dimensions === other.dimensions;
}
