import { DomainError } from '../../domain/errors';
import { getAddOnOrder } from '../../store/add-on-orders';
import { findCustomer } from '../../store/customers';
import { getVisibleImage } from '../../store/images';
import { getLicense, type License } from '../../store/licenses';
import { getOwnModel, getVisibleModel, type Model } from '../../store/models';
import { getSpend } from '../../store/spends';
import { getSubscription } from '../../store/subscriptions';
import { getOwnUpload, type Upload } from '../../store/uploads';
import type { ApiDeps } from '../deps';
import { nobody, type BelongsTo } from '../http/belongs-to';
import { getViewerId } from './customers/viewer';
import { getExternalHold } from './holds/external-hold';
import { assertOwnerNamed } from './works/named-owner';

/*
 * The kinds of things that belong to customers, each with its one way of being read. An operation names one of them as its
 * `belongsTo`; the machine then sees to it that nobody reaches what is somebody else's.
 */

type Image = Awaited<ReturnType<typeof getVisibleImage>>;
type Owned<Thing> = BelongsTo<unknown, unknown, Thing, ApiDeps>;

export const ownSpend = owned('spend', ({ db }, id) => getSpend(db, id));
export const ownSubscription = owned('subscription', ({ db }, id) => getSubscription(db, id));
export const ownOrder = owned('order', ({ db }, id) => getAddOnOrder(db, id));
export const ownHold = owned('hold', getExternalHold);

/** Licences are private even to keys: whoever does not name the licensee is told of none. */
export const ownLicense: Owned<License> = {
  ...nobody,
  whose: 'owner',
  kind: 'license',
  async read({ id }, { db }, viewerId) {
    const named = await getViewerId(db, viewerId);
    const license = await getLicense(db, id);
    if (named === undefined) throw new DomainError('not_found', `No licence ${id}.`);
    return license;
  },
  ownerOf: ({ customerId }) => customerId,
};

/** What only its owner may change; a key says in the body or the query for which owner it acts. */
export const ownModel: BelongsTo<NamedOwner, NamedOwner, Model, ApiDeps> = {
  whose: 'owner',
  kind: 'model',
  ownerNamed,
  read: ({ id }, { db }, viewerId) => getOwnModel(db, id, assertOwnerNamed(viewerId)),
  ownerOf: ({ ownerId }) => ownerId,
};

export const ownUpload: BelongsTo<NamedOwner, NamedOwner, Upload, ApiDeps> = {
  whose: 'owner',
  kind: 'upload',
  ownerNamed,
  read: ({ id }, { db }, viewerId) => getOwnUpload(db, id, assertOwnerNamed(viewerId)),
  ownerOf: ({ customerId }) => customerId,
};

/** An image that the owner of its model may hide, whoever had it made. */
export const imageOfOwnModel: BelongsTo<NamedOwner, NamedOwner, Image, ApiDeps> = {
  whose: 'owner',
  kind: 'image',
  ownerNamed,
  async read({ id }, { db }, viewerId) {
    const image = await getVisibleImage(db, id, viewerId);
    if (image.model?.ownerId === viewerId) return image;
    throw new DomainError('not_found', `No image ${id} of your model.`);
  },
  ownerOf: ({ model }) => model?.ownerId,
};

/** Public models are shown to everybody, private ones to their owner. */
export const visibleModel: Owned<Model> = {
  ...nobody,
  whose: 'viewer',
  kind: 'model',
  read: async ({ id }, { db }, viewerId) => getVisibleModel(db, id, await getViewerId(db, viewerId)),
  ownerOf: () => undefined,
};

/** Public images are shown to everybody, private ones to their owner and their licensees. */
export const visibleImage: Owned<Image> = {
  ...nobody,
  whose: 'viewer',
  kind: 'image',
  read: async ({ id }, { db }, viewerId) => getVisibleImage(db, id, await getViewerId(db, viewerId)),
  ownerOf: () => undefined,
};

/** The customer who looks, for a list of what they may see; undefined for the public. */
export const viewer: Owned<string | undefined> = {
  ...nobody,
  whose: 'viewer',
  read: (_asked, { db }, viewerId) => getViewerId(db, viewerId),
  ownerOf: () => undefined,
};

/** Where a request names the owner of what it changes. */
interface NamedOwner {
  readonly customerId?: string | undefined;
}

function ownerNamed({
  body,
  query,
}: {
  readonly body: NamedOwner;
  readonly query: NamedOwner;
}): string | undefined {
  return body.customerId ?? query.customerId;
}

/** A thing that has an owner for good. What is left of the things of somebody who was erased is shown to nobody. */
function owned<Thing extends { readonly customerId: string }>(
  kind: string,
  readThing: (deps: ApiDeps, id: string) => Promise<Thing>,
): Owned<Thing> {
  return {
    ...nobody,
    whose: 'owner',
    kind,
    async read({ id }, deps) {
      const thing = await readThing(deps, id);
      if ((await findCustomer(deps.db, thing.customerId)) !== undefined) return thing;
      throw new DomainError('not_found', `No ${id}.`);
    },
    ownerOf: ({ customerId }) => customerId,
  };
}
