/**
 * SHA-256 of the SubjectPublicKeyInfo of keys whose private half is in print. Whoever certifies one certifies everybody.
 */
export const publishedKeys: ReadonlyMap<string, string> = new Map([
  ['9a9e5b0f404f4e2d4386e38b04ac91e535946dc2a7f8d84a31404b476e5c35e1', 'RFC 9500 testRSA1024'],
  ['8fb6bad671cfe698393c453357da61b56d757ab8c0f3fb9c87f2849e63131878', 'RFC 9500 testRSA2048'],
  ['96465ea5dc9bb2da7b351d808a7196e5761f2412a5040131c68d719aaba28fb9', 'RFC 9500 testRSA4096'],
  ['b2b04340cfaee616ec9c2c62d261b208e54bb197498df52e8cadede23ac0ba5e', 'RFC 9500 testECCP256'],
  ['c4c10105a0be0ed4dd3354428dc38a9bfee64da141ce16e75c94eda272f9dd3a', 'RFC 9500 testECCP384'],
  ['acb1b8327fef995e2458fdf5e3c33b2dc0749feabd6a894cb9bda9d70ac06c24', 'RFC 9500 testECCP521'],
  ['5a7a78cca4a0f420d9bc62bb669c3c2759e39f723d3ae10dcbe0f0815a07ecd4', 'RFC 6979 A.2.5 P-256'],
  ['2f95601fa82060b909bfc6b979dbd303d34d34e0afb27ea496beac362f242a4b', 'RFC 6979 A.2.6 P-384'],
  ['2fb6d46385242ea4ad431f7175e7014eb74a5fc60f65b50ca54cc23c5b08de38', 'RFC 6979 A.2.7 P-521'],
  ['5cd252fb0ce8932436faf8ccd1040981b89ee4ad6b9fe9e2a2b7e71aacb27cd3', 'the generator of P-256, private key 1'],
  ['29f8fe74f38c49d49810cec736a26732a30bff2e64827b709a1c63340d4f7181', 'the generator of P-384, private key 1'],
  ['dcaa139396632a8daba1ba49ceccce0c417786f014698a06221b083d77754bda', 'the generator of P-521, private key 1'],
  ['06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9', 'RFC 8032 §7.1 test 1'],
  ['deb2ded39dc26fce0e6085b6fc34bf6b5941913bbfe2ea614113cff9e004c170', 'RFC 8032 §7.1 test 2'],
  ['8d39ba50abe50f77b6bb8ae7b6927aff7ffbeba35ad2837c0e51e82bcbcc60d5', 'RFC 8032 §7.1 test 3'],
  ['a1e9156054e04fac899ae9f275132cdc07a5dbc4ea2c2ad3a1ffc6e0d253681f', 'RFC 8410 §10.1'],
  ['2bd1bb0c44a897c30a7aa0991cde38d8062fe441de50da0f46825344f602e827', 'RFC 7515 A.3'],
  ['51b944cdfa544d4c3273aa6bf350625a7dd53bbb6a71723274f538b19a207760', 'RFC 7517 A.2'],
  ['f56c8b01227f62ddbc16eb29a6ac0b310e276760a5e06302fa881a35146f6bc7', 'the RS256 sample of jwt.io'],
  ['a40f0f2e2974dc76a82df6ffe08ed0d79955c79e7ad0c20d97ae8f9246ade1c1', 'the ES256 sample of jwt.io'],
]);
