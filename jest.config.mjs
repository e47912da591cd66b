export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '<rootDir>/scripts/jest-strip.mjs' },
  setupFiles: ['reflect-metadata'],
  watchman: false,
  modulePathIgnorePatterns: ['<rootDir>/.antin/'],
};
