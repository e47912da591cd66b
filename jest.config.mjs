import { availableParallelism } from 'node:os';

export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '<rootDir>/scripts/jest-strip.mjs' },
  globalSetup: '<rootDir>/scripts/jest-start.mjs',
  globalTeardown: '<rootDir>/scripts/jest-stop.mjs',
  // Each file has its own copy of every module, and not all of it is given back: files run in processes that end when they have grown.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  workerIdleMemoryLimit: '800MB',
  watchman: false,
  modulePathIgnorePatterns: ['<rootDir>/.antin/'],
  // Starting the cluster counts towards the first test that needs it.
  testTimeout: 30_000,
};
