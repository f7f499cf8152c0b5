/** Every failure a caller may see, with the HTTP status that fits it. Closed: add here or nowhere. */
export const ERROR_CODES = {
  BAD_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  CURSOR_EXPIRED: 410,
  SOURCE_UNAVAILABLE: 503,
  TOO_COMPLEX: 400,
  RATE_LIMITED: 429,
  INTERNAL: 500,
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** A failure with a public face. `details` are shown to the caller; `cause` only reaches the hub's own log. */
export class HubError extends Error {
  override readonly name = 'HubError';
  constructor(
    readonly code: ErrorCode,
    readonly publicMessage: string,
    readonly details: Readonly<Record<string, string | number | null>> = {},
    options?: { cause?: unknown },
  ) {
    super(publicMessage, options);
  }
}

/** The one-line text of anything thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
