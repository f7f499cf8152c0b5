/** One error of an answer, as GraphQL words it. */
export interface Fault {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** What a request or one event of a subscription brings. */
export interface Result {
  readonly data?: unknown;
  readonly errors?: readonly Fault[];
}

export interface Details {
  /** The same may succeed later. */
  readonly again?: boolean;
  readonly retryAfterSeconds?: number;
  readonly faults?: readonly Fault[];
  readonly cause?: unknown;
}

/**
 * Everything that this package throws. `code` is one of the hub's closed table (`extensions.code`), or UNREACHABLE where no answer came;
 * `again` says whether the same may succeed later. Subscriptions throw what is not to be tried again, and come back from all else.
 */
export class FenghuoError extends Error {
  override readonly name = 'FenghuoError';
  readonly again: boolean;
  readonly retryAfterSeconds: number;
  readonly faults: readonly Fault[];

  constructor(
    readonly code: string,
    message: string,
    details: Details = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.again = details.again ?? false;
    this.retryAfterSeconds = details.retryAfterSeconds ?? 0;
    this.faults = details.faults ?? [];
  }
}

/** No answer: the hub, or the way to it, is down just now. */
export const unreachable = (message: string, cause?: unknown): FenghuoError =>
  new FenghuoError('UNREACHABLE', message, { again: true, cause });

const PASSING = ['SOURCE_UNAVAILABLE', 'RATE_LIMITED', 'INTERNAL'];

/** The first of an answer's errors. */
export function ofFaults(faults: readonly Fault[]): FenghuoError {
  const { message = 'an answer without data', extensions = {} } = faults[0] ?? {};
  const code = String(extensions.code ?? 'INTERNAL');
  const wait = Number(extensions.retryAfterSeconds ?? 0);
  return new FenghuoError(code, message, { again: PASSING.includes(code), retryAfterSeconds: wait, faults });
}

/** Close codes that are not to be answered by coming back with the same. All others are: 1001, 1006, 1012, 4290 … */
const LASTING: Readonly<Record<number, string>> = {
  1009: 'TOO_COMPLEX',
  4400: 'BAD_INPUT',
  4401: 'UNAUTHENTICATED',
  4403: 'UNAUTHENTICATED',
  4406: 'BAD_INPUT',
  4409: 'BAD_INPUT',
  4429: 'BAD_INPUT',
};
/** Too many messages or sockets: come back, but not at once. */
const CROWDED = [1008, 1013];
const CROWDED_SECONDS = 10;

/** What graphql-ws ends an operation with: a list of errors, a close event, or the browser's bare event of a socket that failed. */
export function ofSocket(end: unknown): FenghuoError {
  if (Array.isArray(end)) return ofFaults(end as Fault[]);
  const {
    code = 1006,
    reason = '',
    message = '',
  } = (end ?? {}) as { code?: unknown; reason?: string; message?: string };
  const number = Number(code);
  // An event holds the whole socket, which nobody wants to see printed: its code and reason are told.
  const cause = end instanceof Error ? end : undefined;
  const text = reason || message || 'the connection was lost';
  const lasting = LASTING[number];
  if (lasting) return new FenghuoError(lasting, text, { cause });
  if (!CROWDED.includes(number)) return unreachable(text, cause);
  return new FenghuoError('RATE_LIMITED', text, { again: true, retryAfterSeconds: CROWDED_SECONDS, cause });
}

/** The result that an HTTP answer brings; UNREACHABLE where those are not the hub's own words: something stands between. */
export async function ofResponse(response: Response): Promise<Result> {
  try {
    const result = (await response.json()) as Result;
    if (result.data !== undefined || result.errors?.length) return result;
  } catch (error) {
    if (response.ok) throw unreachable('the answer broke off', error);
  }
  throw unreachable(`HTTP ${response.status} instead of an answer of the hub: is ${response.url} its address?`);
}
