import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where downloads are kept between installations: SCRIP_CACHE, else the user's cache folder. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const own = env['SCRIP_CACHE'];
  if (own !== undefined && own !== '') return own;
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg !== undefined && xdg !== '') return join(xdg, 'scrip');
  return process.platform === 'darwin'
    ? join(homedir(), 'Library', 'Caches', 'scrip')
    : join(homedir(), '.cache', 'scrip');
}
