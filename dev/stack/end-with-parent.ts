import type { Launch } from './launch';
import { findOnPath } from './unprivileged';

/**
 * The same process, which Linux sends the signal when its parent is gone, however that ended. Elsewhere the next start
 * ends what was left behind.
 */
export function endingWithParent(launch: Launch, signal: 'INT' | 'TERM'): Launch {
  const setpriv = process.platform === 'linux' ? findOnPath('setpriv') : undefined;
  if (setpriv === undefined) return launch;
  return { ...launch, file: setpriv, args: ['--pdeathsig', signal, '--', launch.file, ...launch.args] };
}
