/** Unit, simulation, integration and e2e tests are jest projects; `npm test -- --selectProjects unit` runs one of them. */
const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

const project = (displayName, testMatch) => ({ ...common, displayName, testMatch });

export default {
  // A busy machine may let a test of milliseconds wait for seconds. Tests wait for conditions with deadlines of their own.
  testTimeout: 60_000,
  projects: [
    project('unit', [
      '<rootDir>/test/api/**/*.test.ts',
      '<rootDir>/test/kube/**/*.test.ts',
      '<rootDir>/test/operator/**/*.test.ts',
      '<rootDir>/test/balancer/**/*.test.ts',
      '<rootDir>/test/cluster/**/*.test.ts',
      '<rootDir>/test/bench/**/*.test.ts',
      '<rootDir>/test/charts/**/*.test.ts',
      '<rootDir>/test/docs/**/*.test.ts',
    ]),
    project('sim', ['<rootDir>/test/sim/**/*.test.ts']),
    project('integration', ['<rootDir>/test/integration/**/*.test.ts']),
    project('e2e', ['<rootDir>/test/e2e/**/*.test.ts']),
  ],
};
