import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

export interface SecurityOptions {
  /** Whoever asks does so through TLS: browsers are told to come back in no other way. */
  readonly behindTls: boolean;
}

export type SetHeaders = (request: IncomingMessage, response: ServerResponse) => void;

/** Puts on every answer what keeps browsers from doing more with it than the hub means. */
export function securityHeaders({ behindTls }: SecurityOptions): SetHeaders {
  const set = helmet({
    // An answer that is no page of the hub's own runs nothing and loads nothing.
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    strictTransportSecurity: behindTls ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  });
  return (request, response) => set(request, response, () => {});
}

const FRAME = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** The policy of a page whose only style stands in it. */
export const policyForStyle = (style: string): string =>
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; ${FRAME}`;

/** GraphiQL's page with a policy: its two scripts run, no other; its editor makes styles and workers of its own. */
export function guardGraphiql(html: string): { html: string; policy: string } {
  const nonce = randomBytes(18).toString('base64');
  return {
    // The tags themselves, each at the beginning of a line: the bundled program has the same letters in texts of its own.
    html: html.replace(/^(\s*)<script>/gm, `$1<script nonce="${nonce}">`),
    policy: [
      "default-src 'none'",
      `script-src 'nonce-${nonce}'`,
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data:",
      "font-src 'self' data:",
      "connect-src 'self'",
      'worker-src blob: data:',
      FRAME,
    ].join('; '),
  };
}
