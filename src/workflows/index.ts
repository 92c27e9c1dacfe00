/** Every workflow by the name that messages.ts gives it. */
export { addOn } from './add-on';
export { spend } from './spend';
export { subscription } from './subscription';
