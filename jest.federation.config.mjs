import config from './jest.config.mjs';

/** Tests that need the gateway of deploy/federation: `npm run federation`. */
export default { ...config, testMatch: ['**/tests/gateway/*.gateway.ts'], testTimeout: 120000, maxWorkers: 1 };
