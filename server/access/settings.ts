import { z } from 'zod';
import { ROLES, SCOPES } from '../../model/access.js';

/** Signatures that a token may bear; never one with a shared secret, which whoever verifies could also sign with. */
const ALGORITHMS = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'PS256', 'PS384', 'RS256', 'RS384'] as const;

const names = <const V extends readonly string[]>(values: V) => z.record(z.string(), z.enum(values));

/** An identity provider (OpenID Connect) whose tokens people bring. */
const issuer = z.strictObject({
  /** The token's `iss`, to the letter. */
  issuer: z.url(),
  /** The token's `aud` must name this. */
  audience: z.string().min(1),
  /** Where its public keys are (RFC 7517); kept for ten minutes, and read again where a key is not among them. */
  jwks: z.url({ protocol: /^https?$/ }),
  algorithms: z.array(z.enum(ALGORITHMS)).min(1).default(['EdDSA', 'ES256', 'RS256', 'PS256']),
  /** Which claims say what. */
  claims: z
    .strictObject({
      /** A department's code or slug, or "hub" for the hub's own staff. */
      department: z.string().default('department'),
      roles: z.string().default('roles'),
      name: z.string().default('name'),
    })
    .prefault({}),
  /** What the provider's role names mean here; without it they are the hub's own, in any case. */
  roles: names(ROLES).optional(),
  /** Role names that also bring a permission. */
  scopes: names(SCOPES).default({}),
});
export type IssuerSettings = z.infer<typeof issuer>;

export const accessSettings = z.strictObject({ issuers: z.array(issuer).default([]) });
export type AccessSettings = z.infer<typeof accessSettings>;
