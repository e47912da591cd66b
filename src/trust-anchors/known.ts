/**
 * Fingerprints that were published or seen in others' software. They help to compare and prove nothing: none was confirmed
 * by its owner, so none is trusted, and each says how often it was seen.
 */
export const publishedFingerprints: readonly { fingerprint: string; name: string; domain: string; seen: 'two-sources' | 'one-source' }[] = [
  { fingerprint: 'f04ba4b459a7c9a1b971ad9b1cb833e695a80c79aea63b174b66a70edfe2fdb8', name: 'RootCA chuyên dùng Chính phủ G2', domain: 'VGCA', seen: 'two-sources' },
  { fingerprint: 'd8cab7a4aef92e6bb2509d7c61cee7b44f3731b2d21074963530277b366fae4b', name: 'CA phục vụ các cơ quan Nhà nước G2', domain: 'VGCA', seen: 'one-source' },
  { fingerprint: 'e4b402e3cb4cacc0a20d21fa49bce76beb4eb47ba7ffb7a8f71c554dbe561a81', name: 'CA phục vụ các cơ quan Đảng G2', domain: 'VGCA', seen: 'one-source' },
  { fingerprint: 'f7bc89054cec7f12730d7b8cd3eb7955b163835087e5eb873edfb584763b3f90', name: 'VGCA G1, root', domain: 'VGCA', seen: 'one-source' },
  { fingerprint: '75e969c07ba35c29c72bbc1bfb880f20f3891a619b00b77eb02ca6160736a1fe', name: 'VGCA G1, subordinate (cp.crt)', domain: 'VGCA', seen: 'one-source' },
  { fingerprint: 'bac8bf609ab420a8ee1780d74f4de5c7f7184959d2a7375b0a75e4c29f0908e7', name: 'Vietnam National Root CA', domain: 'NEAC', seen: 'one-source' },
];
