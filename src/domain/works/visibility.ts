/** What decides who may see a model, and whether a spend may use it. */
export interface ModelFacts {
  readonly id: string;
  readonly ownerId: string;
  readonly visibility: 'public' | 'private';
  readonly status: 'training' | 'ready' | 'failed' | 'deleted';
  readonly version: string | null;
}

/** What decides who may see an image, and whether it can be licensed. */
export interface ImageFacts {
  readonly id: string;
  readonly ownerId: string;
  readonly visibility: 'public' | 'private';
  /** Hidden from the landing page by the owner of the model. */
  readonly hidden: boolean;
  /** What it was made with; null: no model of the marketplace. */
  readonly model: ModelFacts | null;
  /** Whether the viewer has a licence to it. */
  readonly licensed: boolean;
}

/**
 * Whether the viewer (undefined: the public) may know of the model: its owner always, everybody else once it is public and
 * trained. A deleted model stays known, so that a spend with it is refused with the reason.
 */
export function isModelKnownTo(model: ModelFacts, viewerId: string | undefined): boolean {
  return model.ownerId === viewerId || (model.visibility === 'public' && model.version !== null);
}

/** Whether the viewer sees the model: everybody who may know of it, until it is deleted. */
export function isModelShownTo(model: ModelFacts, viewerId: string | undefined): boolean {
  return model.status !== 'deleted' && isModelKnownTo(model, viewerId);
}

/**
 * Whether the viewer (undefined: the public) sees the image: its owner and whoever has a licence always; the owner of
 * its model when it is public; everybody else a public one of a public model or of none, unless it is hidden. Reads, quotes
 * and spends all use this rule.
 */
export function isImageShownTo(image: ImageFacts, viewerId: string | undefined): boolean {
  if (image.licensed || image.ownerId === viewerId) return true;
  if (image.visibility === 'private') return false;
  const { model } = image;
  if (model === null) return !image.hidden;
  if (model.ownerId === viewerId) return true;
  return !image.hidden && model.visibility === 'public' && model.status !== 'deleted';
}
