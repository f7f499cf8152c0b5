import { z } from 'zod';
import { ConfigError } from './config.js';

const variables = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535, { error: 'a port, 0 to 65535' }).default(4000),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\/\S+$/, { error: 'postgresql://user:password@host:port/database' })
    .optional(),
  HUB_DATA_DIR: z.string().min(1).default('data'),
  HUB_CONFIG: z.string().min(1).optional(),
  HUB_ADMIN_KEY: z.string().min(16, { error: 'at least 16 characters' }).optional(),
  HUB_DEMO_SPEED: z.coerce.number().min(0.1).max(100).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('warn'),
});
export type Environment = z.infer<typeof variables>;

/** The hub's environment variables (README, Settings); an empty one counts as absent. Throws ConfigError naming each that is not right. */
export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = variables.safeParse(given);
  if (result.success) return result.data;
  // The value itself is not repeated: it may hold a password.
  throw new ConfigError(result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
}
