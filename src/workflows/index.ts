/** Every workflow by the name that messages.ts gives it. */
export { addOn } from './add-on';
export { erasure } from './erasure';
export { spend } from './spend';
export { topUp } from './top-up';
export { subscription } from './subscription';
