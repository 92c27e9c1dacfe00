import { runStack } from './run-stack';
import { readyScreen } from './screen';
import { createStack } from './stack';

/** `npm start`. */
runStack({ name: 'Scrip', create: createStack, screen: readyScreen });
