import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  Lexer,
  OperationTypeNode,
  parse,
  Source,
  TokenKind,
  validate,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { HubError } from '../../model/errors.js';
import type { Session } from '../access/sessions.js';
import type { Refused } from '../audit/plugin.js';
import type { QueryLimits } from '../limits/settings.js';
import { type Figures, measure } from './measure.js';
import { type Params, tooLarge } from './params.js';

/** At most so many errors of one request are listed, the last being that there are more. */
export const LISTED_ERRORS = 5;

interface Asked {
  readonly session: Session;
  readonly address: string;
  readonly params: Params;
}

/** What plugins find in the context once a document has been measured. */
export interface Measured {
  cost?: number;
}

/** Refuses what is too large before it is validated: validation itself is what some attacks exhaust. */
export const queryLimits = (limits: QueryLimits, refused: Refused): Plugin<Asked & Measured> => ({
  onParse: ({ setParseFn }) => setParseFn((source: string) => parseWithin(source, limits)),
  onValidate: ({ params: { schema, documentAST }, context, extendContext, setValidationFn }) => {
    try {
      extendContext({ cost: checkDocument(documentAST, schema as GraphQLSchema, context.params, limits) });
    } catch (error) {
      refused(context, documentAST.loc?.source.body ?? '', 'TOO_COMPLEX');
      throw error;
    }
    setValidationFn((s: GraphQLSchema, document: DocumentNode, rules: Parameters<typeof validate>[2]) =>
      validate(s, document, rules, { maxErrors: LISTED_ERRORS - 1 }),
    );
  },
});

/** Brackets within brackets, which the parser follows by calling itself. */
const MOST_NESTED = 200;
const OPENING: readonly string[] = [TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L];
const CLOSING: readonly string[] = [TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R];

/** Tokens are counted before anything is built of them. */
function parseWithin(source: string, { tokens }: QueryLimits): DocumentNode {
  const lexer = new Lexer(new Source(source));
  let nested = 0;
  for (let count = 1; lexer.advance().kind !== TokenKind.EOF; count += 1) {
    if (count > tokens) throw beforeExecution(tooLarge('tokens of the query', tokens + 1, tokens));
    nested += OPENING.includes(lexer.token.kind) ? 1 : CLOSING.includes(lexer.token.kind) ? -1 : 0;
    if (nested > MOST_NESTED) throw beforeExecution(tooLarge('brackets within brackets', nested, MOST_NESTED));
  }
  return parse(source, { maxTokens: tokens });
}

/** The cost of the operation that will run. TOO_COMPLEX where any in the document passes a limit. */
function checkDocument(document: DocumentNode, schema: GraphQLSchema, params: Params, limits: QueryLimits): number {
  const operations = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);
  const check = (what: string, figure: number, limit: number): void => {
    if (figure > limit) throw beforeExecution(tooLarge(what, figure, limit));
  };
  check('operations in one document', operations.length, limits.operations);
  const chosen = getOperationAST(document, params.operationName);
  let cost = 1;
  for (const operation of operations) {
    const figures = measure(document, operation, schema, params.variables);
    checkFigures(figures, operation.operation === OperationTypeNode.MUTATION, limits, check);
    if (operation === chosen) cost = Math.max(1, figures.cost);
  }
  return cost;
}

function checkFigures(
  figures: Figures,
  mutates: boolean,
  limits: QueryLimits,
  check: (what: string, figure: number, limit: number) => void,
): void {
  check('levels of fields', figures.depth, limits.depth);
  check('aliases', figures.aliases, limits.aliases);
  check('directives', figures.directives, limits.directives);
  check('fields', figures.fields, limits.fields);
  if (mutates) check('mutations in one request', figures.roots, limits.mutations);
  check('fields of the root', figures.roots, limits.rootFields);
  check('cost: values that the answer may hold', figures.cost, limits.cost);
}

/** An error that refuses the operation as a whole: over HTTP its status, where what is sent is wrong also by the rules of GraphQL over HTTP. */
export function beforeExecution({ code, publicMessage, details }: HubError): GraphQLError {
  const http =
    code === 'RATE_LIMITED'
      ? { status: 429, headers: { 'retry-after': String(details.retryAfterSeconds ?? 1) } }
      : { status: code === 'FORBIDDEN' ? 403 : code === 'NOT_FOUND' ? 404 : 400, spec: true };
  return new GraphQLError(publicMessage, { extensions: { ...details, code, http } });
}
