import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type Principal, ROLES, type Role, roleFault, type Scope } from '../../model/access.js';
import { DEPARTMENT_CODES, DEPARTMENTS, type DepartmentCode } from '../../model/department.js';
import { HubError } from '../../model/errors.js';
import type { IssuerSettings } from './settings.js';

const JWKS_MS = 3000;
const KEYS_HOLD_MS = 600_000;
/** Keys are asked for anew at most so often, whatever key ids tokens name. */
const COOLDOWN_MS = 15_000;
/** How far a provider's clock may be off. */
const LEEWAY_SECONDS = 30;

/** Verifies tokens of the configured identity providers; no other address is ever asked, whatever a token's header says. */
export class Tokens {
  readonly #issuers: Map<string, { settings: IssuerSettings; keys: JWTVerifyGetKey }>;

  constructor(
    issuers: readonly IssuerSettings[],
    private readonly now: () => Date,
  ) {
    this.#issuers = new Map(
      issuers.map((settings) => [
        settings.issuer,
        {
          settings,
          keys: createRemoteJWKSet(new URL(settings.jwks), {
            timeoutDuration: JWKS_MS,
            cacheMaxAge: KEYS_HOLD_MS,
            cooldownDuration: COOLDOWN_MS,
          }),
        },
      ]),
    );
  }

  /** The bearer of a token. UNAUTHENTICATED where it is not good, without saying why to whoever forges it; SOURCE_UNAVAILABLE where the
   *  provider's keys cannot be had. */
  async principalOf(token: string): Promise<Principal> {
    const found = this.#issuers.get(issuerOf(token) ?? '');
    if (!found) throw refused();
    const { settings, keys } = found;
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: settings.issuer,
        audience: settings.audience,
        algorithms: settings.algorithms,
        clockTolerance: LEEWAY_SECONDS,
        requiredClaims: ['exp', 'sub'],
        currentDate: this.now(),
      });
      return toPrincipal(payload, settings);
    } catch (error) {
      if (error instanceof HubError) throw error;
      if (error instanceof errors.JWTExpired)
        throw new HubError('UNAUTHENTICATED', 'the token has expired: get a new one', {}, { cause: 'ended' });
      if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)) throw refused();
      throw new HubError(
        'SOURCE_UNAVAILABLE',
        'the identity provider does not answer: try again',
        { retryAfterSeconds: 5 },
        { cause: error },
      );
    }
  }
}

const refused = (): HubError => new HubError('UNAUTHENTICATED', 'the key or token is not valid');

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

function toPrincipal(payload: JWTPayload, { claims, issuer, roles: map, scopes }: IssuerSettings): Principal {
  const named = listOf(payload[claims.roles]);
  const roles = [...new Set(named.flatMap((name) => roleOf(name, map)))];
  const department = departmentOf(payload[claims.department]);
  const fault = roleFault(roles, department);
  if (fault) throw new HubError('UNAUTHENTICATED', `the token's roles do not go together: ${fault}`);
  const name = payload[claims.name];
  return {
    id: `person:${issuer}#${payload.sub}`,
    kind: 'PERSON',
    name: typeof name === 'string' ? name.slice(0, 100) : String(payload.sub),
    department,
    roles,
    scopes: [...new Set(named.flatMap((each): Scope[] => (scopes[each] ? [scopes[each]] : [])))],
    expiresAt: new Date((payload.exp as number) * 1000),
  };
}

const listOf = (claim: unknown): string[] =>
  typeof claim === 'string'
    ? claim.split(/[\s,]+/)
    : Array.isArray(claim)
      ? claim.filter((each): each is string => typeof each === 'string')
      : [];

function roleOf(name: string, map: IssuerSettings['roles']): Role[] {
  if (map) return map[name] ? [map[name]] : [];
  const wanted = name.toUpperCase().replaceAll('-', '_');
  return ROLES.filter((role) => role === wanted);
}

/** A token that does not say whose its bearer is has no rights here: nobody becomes the hub's staff by leaving something out. */
function departmentOf(claim: unknown): DepartmentCode | null {
  if (claim === 'hub') return null;
  const found = DEPARTMENT_CODES.find((code) => code === claim || DEPARTMENTS[code].slug === claim);
  if (!found) throw new HubError('UNAUTHENTICATED', 'the token names no department of this hub');
  return found;
}
