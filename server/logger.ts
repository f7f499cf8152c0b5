import { format } from 'node:util';
import { pino } from 'pino';
import { cleanFields } from './log-cleaning.js';

/** Writes one JSON line a message to stderr; the start-up lines for people go to stdout. */
export interface Logger {
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** What is logged holds no credential and no control character, whatever was thrown or sent. `destination`: in place of stderr. */
export const stderrLogger = (level: string, destination?: { write(line: string): void }): Logger =>
  pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { log: cleanFields },
    },
    destination ?? pino.destination({ dest: 2, sync: true }),
  );

/** Sends what libraries write to the console into the log, for the whole process. */
export function captureConsole(logger: Logger): void {
  for (const method of ['log', 'info', 'warn', 'error'] as const)
    console[method] = (...said: unknown[]) => logger.warn({ said: format(...said) }, 'a library said');
}
