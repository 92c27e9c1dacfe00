import { isPublicAddress } from './public-address';

describe('a public address', () => {
  it.each(['8.8.8.8', '1.1.1.1', '2606:4700::1111', '2a00:1450:4001::200e'])('is %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    ['loopback', '127.0.0.1', '127.255.0.9', '::1'],
    ['the unspecified one, which is this machine', '0.0.0.0', '0.1.2.3', '::'],
    ['private', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fd00::1', 'fec0::1'],
    ['link-local, where clouds keep their metadata', '169.254.169.254', '169.254.0.1', 'fe80::1'],
    ["cloud metadata at IPv6 addresses of its provider's own", 'fd00:ec2::254'],
    ["a carrier's", '100.64.0.1', '100.127.255.255'],
    ['multicast, broadcast, reserved', '224.0.0.1', '255.255.255.255', '240.0.0.1', '192.0.0.8', 'ff02::1'],
    ['for benchmarks and documents', '198.18.0.1', '192.0.2.1', '203.0.113.7', '2001:db8::1'],
    ['IPv4 written as IPv6', '::ffff:127.0.0.1', '::ffff:a9fe:a9fe', '::127.0.0.1'],
    ['IPv4 tunnelled in IPv6', '64:ff9b::7f00:1', '64:ff9b:1::a00:1', '2002:7f00:1::', '2001::1'],
    ['outside what IPv6 routes', '4000::1', '5f00::1', '100::1'],
    ['no address', 'localhost', '', '1.2.3', '8.8.8.8.8', '::g'],
  ])('is not %s', (_what, ...addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });
});
