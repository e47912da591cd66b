export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '<rootDir>/scripts/jest-strip.mjs' },
  globalSetup: '<rootDir>/scripts/jest-start.mjs',
  globalTeardown: '<rootDir>/scripts/jest-stop.mjs',
  watchman: false,
  modulePathIgnorePatterns: ['<rootDir>/.antin/'],
  // Starting the cluster counts towards the first test that needs it.
  testTimeout: 30_000,
};
