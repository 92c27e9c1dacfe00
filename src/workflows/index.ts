/** Every workflow by the name that messages.ts gives it. */
export { addOn } from './add-ons/add-on';
export { erasure } from './erasures/erasure';
export { spend } from './spends/spend';
export { topUp } from './top-ups/top-up';
export { subscription } from './subscriptions/subscription';
