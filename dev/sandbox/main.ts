import { runStack } from '../stack/run-stack';
import { createSandbox } from './sandbox';
import { sandboxScreen } from './screen';

/** `npm run sandbox`. */
runStack({ name: 'the sandbox', create: createSandbox, screen: sandboxScreen });
