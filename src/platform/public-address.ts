import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The part of IPv6 that is routed publicly (RFC 4291): no public host has an address outside it. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

/**
 * Whether an IP address is public. Loopback, private, link-local, carrier-grade NAT, unspecified, multicast and reserved addresses
 * are not, nor are IPv4 addresses mapped or tunnelled in IPv6, which could hide one of these.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.process(address);
  return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(GLOBAL_IPV6));
}

/** The code of the error with which `lookupPublic` refuses a name. */
export const NOT_PUBLIC = 'EADDRNOTPUBLIC';

/**
 * Resolves a name for a connection to its public addresses alone; a name without one is an error with the code
 * `NOT_PUBLIC`. The connection is made to the very address that was checked, so a name cannot answer one address to a
 * check and another one to the connection. Node asks it for names only: a literal address has to be checked by itself.
 */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, []);
      return;
    }
    const open = addresses.filter(({ address }) => isPublicAddress(address));
    const [first] = open;
    if (first === undefined) {
      callback(Object.assign(new Error('it has no public address'), { code: NOT_PUBLIC }), []);
    } else if (options.all === true) callback(null, open);
    else callback(null, first.address, first.family);
  });
};
