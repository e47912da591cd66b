import type { Digest, SignatureScheme } from './algorithm.ts';

/** Digests of the three octets `abc` (FIPS 180-4, FIPS 202, RFC 1321). */
export const digestsOfAbc: Readonly<Record<Digest, string>> = {
  md5: '900150983cd24fb0d6963f7d28e17f72',
  sha1: 'a9993e364706816aba3e25717850c26c9cd0d89d',
  sha224: '23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7',
  sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  sha384: 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
  sha512: 'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  'sha3-256': '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532',
  'sha3-384': 'ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25',
  'sha3-512': 'b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0',
};

/** What the signatures below sign. */
export const message = 'antin';

/** SubjectPublicKeyInfo in base64 of keys made for this file; their private halves were not kept. */
export const publicKeys = {
  rsa: 'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvwsyjUIAVsufRv+cHxQ76HgAxBeuXnGynozBve2CBVgFVlIh08xIwR9bw2qdbefM5l5J+18LgGwJZUVHB9Orgyt9QPhywytcJniOeUfWsnb4hIYfxf256fQnZ3HBZdlkbgpNtQQRoR63sDGr6vYcZjCnTS2P0+Fd5ZFL+fpLqyF+FMYb8+y5Uykxozh2gsx626jtFVFOHqpOV/MBwuOdbYbrD+zzvacsmoLgIZrM/v75Bnh1OpGlWxFo/L7CEgR5Hue3cX5kfAGnkSFDBqCY6Hg2Qh8D7DCaV2CxyprKU6qeCthjIpgKHiNrW/XiBF81Xujy6Cvu3Rkq9S/f/azBOQIDAQAB',
  p256: 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGGr2R0HK1GNfN5AZhucPd3e1lhZQ81J4IP+o6HMyFdZWSWcYl/vOl+02aQMw6C3TJID3hNjoe2Yf1+a2OMNmQQ==',
  p384: 'MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEhA6p7L/iAomx/qhhr3ucDSERP0BqlT/BZWMTLmTIesdWPDZDGo4KDm3s1Mbx4bPcJ1OcvnyR6vyDi9PTaXgs9R/nQLsyao+eT9RR182cJZSA40It2+IS1l5Mnib9BEZv',
  p521: 'MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQBtR4WzOO+Mh34vDS6nDCRG5buyPuqhHj+nf7OeliEU6kEARPInQub6wPH2WjZm0cAPodkDkeufmCNDRWZiIPNfpgBcoVoHSgNWJY7kelL1FTn2xUK0s0txjk8bkfAR+Wbs0XB8MAaDNd9vZTBYGE6xJ47Ps0UXoEQC42Abw5WYD6o1/A=',
} as const;

/** Signatures in base64 over the message, with the key that made them. */
export const signatures: readonly { scheme: SignatureScheme; key: keyof typeof publicKeys; signature: string }[] = [
  { scheme: 'rsa-sha256', key: 'rsa', signature: 'jnsOYuiGTeblqmlbDVfZg2+er48uRcH6Nrg12iUIue4WtDE6zwOAUhq+PCW9MveUHfBtk7mkf9VxXbIRjrcT+TNvtj/uLfTXZicE1iOv5ABcB8VaONNSfXYLfFa21Y0wUx2haCsfhsKIukMKE7Us9xdqwLv98RbLHyCWYkH8Lhdmu/jKjWsTLFtHZ8ajaDnIjRQetNVZjUApnUBRmcmGiCQP081ZM1Dd4/PJSej8DYOL7WolOuW62iNjOhoR6x+MlvvsrLbGyzL9mo9TwqGO70QYPLYZmYuuOrqJ7xwrzffIVuUPjHJr4lkyccIVMTEswySZ0zNkbbck7t08K9J4Uw==' },
  { scheme: 'rsa-sha384', key: 'rsa', signature: 'ug3V/5AZd54p6YzKcYt5lyop0PKObsZx3DeA1oPcd/zcvXpn0ZFl6twFcjn+kKenpYEuoZxSLtu9yBv+DwZkBHqAYxtQO3BBvlfABkrD1wmnkUfARA2eihbjnmYvDkRel3P70Vf+/hN2xuobahsdQ3wHJ1H5iI6g/1FWEC7P/C67QXtpGObu5Fmu1kKNvwHZ5/dudKQbW0jElFQxF1CsZmXHj1VD8pkLTGlgJ6LptthEenJ4+IrfMv7CtZpnRu/fp8my45o6VQ0LYHI6A0xHyBSLgNWDPKZdHum5gpw9V2OQ7cBl0TMZ9Ap5s2bXaCwShsFNg/Mog5wQlNOdV0SkdA==' },
  { scheme: 'rsa-sha512', key: 'rsa', signature: 'K3kWxMHXWO7nuLA8MRNdwlmjlRyJkNM70EDCnnzcklhGkCYdlwytExp0PKdqpG35xIHhjmFxmjrWRI5mN9T0ohovN6ojPkM4wl+UXcQxLWsRX9iMdSQXNhH0wTpIlrXaqxhy+V13SQVUx+xjWzPSwfyHDFGhG38ypthkyjw3GL0HuFDi5vPWoo3SL6O6teuE+rv2zwB3ZV9UpjzB1hsbxXe9VviA348KaYUfVUauCT27tj2TPEq+jF9+6MM88f4ywYHrvGaUValQ7gv2cScCqWwwrN3wmoVUYEqE12ga3q71LiJiNZVrT0iVSWYNL+kC6eF0MMhjP033LiBydlnZnw==' },
  { scheme: 'rsa-pss-sha256', key: 'rsa', signature: 'M+J+XsoT4NDnYTx5Ijry/3g3D9u2yXLwOUYuDE6Rpv+kyM2hnnFxiEPiKVzMStM/21f+uBDS1U+nJutrYpGRmf1uHgbE4IVvqYHuPYZEn274dSYaBk6C3YoTz3uGpJhYTUszr+bQtG2KX+vPWqXf6Zaj9Pj4NHqEnKcgf7sn0F5D4sGmx8od6qcFZcExh2snunVbyZ9RiV8NnejF6GX2xNEcDCWwd+b24gbtLTo5mk2tjYDlVoQ/6hATPGL7FRG7KoPeBFjw9eYbdj4nbdlwt43lNMlurCG5Ee9sKHd04ZLJI6A3rRqskYarZNrhfPM0b7bkFXlYpGsdb1Lf73gJQA==' },
  { scheme: 'rsa-pss-sha384', key: 'rsa', signature: 'V2ANoFouhAlnbZHDlJpZ9s+is4ZJ8vzVHACSP9gIdRkbj1ZF6Hg3yLYPYno7uI0zb8zdEyKPBRCrW85KEtFgvErbGoudZOIyIm4f+BbknGX8sO913Gte09pzpkwbITfCt2UPyGVhl5WWOaSvt0z1Iey3U/igeNWqWmLYfiEvAXiSQ7tsxCKLYxod3ExAHPu2fLbHC3WvqW3tCzbtB6lw33AteaMFG+4D+cVPMEzW0ZKCPL0Jj3TzewCYoEclpY7IuxlgisrFm6rLUoP3ig9GzIaKtRFwyKMsmotp2U4MfmDG3cKtjuR4dK4J8sciAUf+tITBGltIEAblJRcY4dJ+vQ==' },
  { scheme: 'rsa-pss-sha512', key: 'rsa', signature: 'jLC2hLdp7hAcWoYiTLJykBJ9N82WPWzsZ5uXwZTANELI2Ikx6TCFMdXXh+g+4obZmJabWEfffr+xs5RPUkixYoh52LCPAzruwRDtcT+UV9q7YKqijxqg3h6cASOSUHt3zAVvDvLZjy2QyVm9YyBH6tWqlFZlMwiQd0QiNiP99oXBWTaeVIRRrXpgIfMvIeZq5TRSdAyXJvVhvuFdivSohenO0xTT25N1eL9YTP947RraYjwGc8gjNGX6jH2DhGPOmRvwjS6aLDvynNzZbXBxGEuUbpY1WGMkNJs7x4k4yUgI3WiEpgzdWTJqWzt2xJPVfMNy6aC1Z95ZHobcjNB02g==' },
  { scheme: 'ecdsa-sha256', key: 'p256', signature: 'MEYCIQCjqd+DH5QlkCfNfSHtJ1xIqFvWPd20EaTqdVOz5Kh/VwIhAOQ10vV8qPY1Qk2/fBsfMNAKDPg8CrzoQZcPV6IUpZdK' },
  { scheme: 'ecdsa-sha384', key: 'p384', signature: 'MGUCMBJunItz1KvEt+V6O/OSadeZCPkewxdjN1WPq/hrMaL63vi/nQIZec7i3Ao603SqJQIxAO6+zzhfr0lTvaf0iKKeiwNNfwII9pF5SloAzhVsOeMMIE9auuch7mUl0r+rlY/IlA==' },
  { scheme: 'ecdsa-sha512', key: 'p521', signature: 'MIGIAkIA8mLFrTQeHu7IAJTtKNQxhGZgok7k0y8sJYLCZ8tImP8ksiBFT5eh04bMYNl18EBVkFKq+U/0JUXzlsCzFE67tFsCQgHi88PpWp4E0efdJa+IkyH4bd6bHI/ZeYwfmXRavyWARAHn1294aw28aGbYY/a5AFIfMSFzYaG4nB+EEP3iSy6CWw==' },
];

/** RFC 8032 §7.1 test 2: seed, public key and signature of the octet 72, in hex. */
export const ed25519 = {
  seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
  publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
  message: '72',
  signature: '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
} as const;

/** SHA-256 of the SubjectPublicKeyInfo that each ML-DSA makes of the seed 00 01 … 1f, the one of RFC 9881 appendix C. */
export const mlDsa = {
  'ml-dsa-44': '837832708c5236d951581f1fddf2b79991b3424a0486d16da1ddad0fd69701be',
  'ml-dsa-65': 'b8b62131bfbe84433efb2273d7f5b87f7a22854a2cfd366fc2aead86d837c52d',
  'ml-dsa-87': '07e57c4f14dbad1267f621ec3777b4e2e6c4fbc4c22fbb87510ff8e0b3c6a642',
} as const;
