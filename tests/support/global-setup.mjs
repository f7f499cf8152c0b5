import { tsImport } from 'tsx/esm/api';
import { buildStartedCode } from './started-code.mjs';

/** Starts the run's database server; tests reach it through tests/support/database.ts. */
export default async function globalSetup() {
  buildStartedCode();
  const { startTestServer } = await tsImport('./test-server.ts', import.meta.url);
  const server = await startTestServer(process.env.DATABASE_URL);
  // Jest's workers inherit the environment; the teardown shares this process's globals.
  process.env.TEST_SERVER_URL = server.url;
  process.env.TEST_SERVER_RUN = server.run;
  globalThis.stopTestServer = server.stop;
}
