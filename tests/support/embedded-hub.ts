/** A process of its own that holds an embedded database, as a hub does: prints its address as JSON, then waits for SIGTERM. */
import { EmbeddedDatabase, type EmbeddedDatabaseOptions } from '../../server/database/embedded-database.js';

const options = JSON.parse(process.argv[2] ?? '{}') as EmbeddedDatabaseOptions;
const said: string[] = [];
const database = new EmbeddedDatabase({ ...options, onLine: (text) => said.push(text) });
process.once('SIGTERM', () => void database.stop());
try {
  const address = await database.start();
  process.stdout.write(`${JSON.stringify({ ...address, pid: database.pid, said })}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: (error as Error).message })}\n`);
}
